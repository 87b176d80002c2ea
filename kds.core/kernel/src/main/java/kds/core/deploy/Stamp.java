package kds.core.deploy;

import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * Tells one state of a file from another: another file, another length, or written to since.
 *
 * @param key device and inode
 */
record Stamp(Object key, long size, FileTime modified) {
  /** Looks at an entry of an open folder; a link is not followed. */
  static Stamp of(SecureDirectoryStream<Path> folder, Path name)
      throws IOException, UnusableJarException {
    BasicFileAttributes found =
        folder
            .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
    if (!found.isRegularFile()) {
      throw new UnusableJarException(
          "is not a regular file; links are not followed: put the jar itself there", false);
    }
    return new Stamp(found.fileKey(), found.size(), found.lastModifiedTime());
  }
}
