package kds.api.host;

import java.util.List;

/**
 * What is in a folder.
 *
 * @param entries in no particular order; links, devices, sockets and pipes are left out
 * @param leftOut how many were left out, for being none of a file or folder, for a name that is not
 *     UTF-8, or because a shared folder would refuse to open them
 * @param complete false when there were more than asked for
 */
public record HostListing(List<HostEntry> entries, int leftOut, boolean complete) {
  /** Takes a copy of the list. */
  public HostListing {
    entries = List.copyOf(entries);
  }
}
