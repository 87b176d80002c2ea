package kds.storage.transfer;

import java.util.ArrayList;
import java.util.List;
import kds.api.transfer.FolderDownload;
import kds.api.transfer.FolderDownload.Remark;

/** What is not, or not as a whole, part of a folder's download. Bounded in memory. */
final class Remarks {
  /** How many characters the paths of those that are kept may have together. */
  private static final int MOST_CHARACTERS = 1 << 20;

  private final List<Remark> first = new ArrayList<>();
  private long characters;
  private long count;

  /**
   * Adds one.
   *
   * @param path below the folder
   */
  void add(String path, String why) {
    count++;
    characters += path.length();
    if (first.size() < FolderDownload.MOST_REMARKS && characters <= MOST_CHARACTERS) {
      first.add(new Remark(path, why));
    }
  }

  /** Those that are kept. */
  List<Remark> first() {
    return List.copyOf(first);
  }

  /** How many there are. */
  long count() {
    return count;
  }
}
