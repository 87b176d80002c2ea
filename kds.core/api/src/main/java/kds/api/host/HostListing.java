package kds.api.host;

import java.util.List;

/**
 * What is in a folder.
 *
 * @param entries in no particular order; links, devices, sockets and pipes are left out
 * @param leftOut how many were left out, for being none of a file or folder or for a name that is
 *     not UTF-8
 * @param complete false when there were more than asked for
 */
public record HostListing(List<HostEntry> entries, int leftOut, boolean complete) {
  /** Takes a copy of the list. */
  public HostListing {
    entries = List.copyOf(entries);
  }
}
