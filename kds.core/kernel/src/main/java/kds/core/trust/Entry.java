package kds.core.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/** What {@code lstat} says of one entry of the file system. */
record Entry(Path path, int owner, int group, int mode) {
  private static final int KIND = 0170000;
  private static final int FOLDER = 0040000;
  private static final int FILE = 0100000;
  private static final int LINK = 0120000;

  static Entry of(Path path) throws IOException {
    Map<String, Object> unix =
        Files.readAttributes(path, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
    return new Entry(
        path, (Integer) unix.get("uid"), (Integer) unix.get("gid"), (Integer) unix.get("mode"));
  }

  boolean isFolder() {
    return (mode & KIND) == FOLDER;
  }

  boolean isFile() {
    return (mode & KIND) == FILE;
  }

  boolean isLink() {
    return (mode & KIND) == LINK;
  }

  boolean isSticky() {
    return (mode & 01000) != 0;
  }

  boolean isWritableByGroup() {
    return (mode & 020) != 0;
  }

  boolean isWritableByAll() {
    return (mode & 02) != 0;
  }

  String permissions() {
    return String.format("%04o", mode & 07777);
  }
}
