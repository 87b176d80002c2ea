package kds.api.transfer;

import java.time.Instant;
import java.util.List;

/**
 * What is in a folder.
 *
 * @param place the folder that serves the caller
 * @param files by name
 * @param leftOut how many are there that cannot be transferred: links, devices, undecodable names
 * @param complete false when there are more than a listing holds
 */
public record Listing(Place place, List<Item> files, int leftOut, boolean complete) {
  /** Takes a copy of the list. */
  public Listing {
    files = List.copyOf(files);
  }

  /**
   * A file or folder.
   *
   * @param name its name, without a path
   * @param folder true for a folder
   * @param size bytes; 0 for a folder
   * @param modified when its content last changed
   * @param created when it was made
   * @param owner its owner's name
   * @param group its group's name
   * @param mode its permission bits, 0 to 07777
   */
  public record Item(
      String name,
      boolean folder,
      long size,
      Instant modified,
      Instant created,
      String owner,
      String group,
      int mode) {}
}
