package kds.api.host;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Files that decide what the service does: configuration, certificates, keys, scripts, bundles.
 * Implemented by the kernel. Thread-safe; blocks on the file system.
 *
 * <p>Such a file is used only if it, every folder above it and every symbolic link on the way
 * belong to root or to the service's own user, and nobody else can write to them. A folder that is
 * sticky and belongs to one of the two (as {@code /tmp}) may be writable by others, because what
 * lies in it can be replaced by its owner only. A POSIX ACL that lets others write shows in the
 * group bits and is refused with them.
 *
 * <p>Because nobody else can exchange a trusted path, there is no race between the check and the
 * use.
 */
@ProviderType
public interface TrustedFiles {
  /**
   * Checks a file or folder.
   *
   * @param path what is to be used; links in it are followed, each of them is checked
   * @throws HostException {@code DENIED} when somebody else could change it: the message says which
   *     path, why, and how to mend it; {@code NOT_FOUND}; {@code UNSAFE_PATH} for too many links
   */
  void check(Path path) throws HostException;

  /**
   * Checks a regular file as {@link #check} does and reads it.
   *
   * @param mostBytes how long the file may be
   * @throws HostException as {@link #check}; {@code WRONG_KIND} when it is not a regular file;
   *     {@code TOO_LARGE}; {@code IO}
   */
  byte[] read(Path path, int mostBytes) throws HostException;
}
