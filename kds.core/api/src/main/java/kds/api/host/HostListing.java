package kds.api.host;

import java.util.List;

/**
 * What is in a folder.
 *
 * @param entries in no particular order; links, devices, sockets and pipes are left out
 * @param leftOut how many were left out, for being none of a file or folder, for a name that is not
 *     UTF-8, or because a shared folder would refuse to open them
 * @param leftOutNames the first {@link #MOST_NAMES} of them, undecodable letters replaced
 * @param complete false when there were more than asked for
 */
public record HostListing(
    List<HostEntry> entries, int leftOut, List<String> leftOutNames, boolean complete) {
  /** How many names of what was left out are told. */
  public static final int MOST_NAMES = 1000;

  /** Takes copies of the lists. */
  public HostListing {
    entries = List.copyOf(entries);
    leftOutNames = List.copyOf(leftOutNames);
  }
}
