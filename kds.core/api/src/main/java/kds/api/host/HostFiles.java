package kds.api.host;

import java.nio.file.Path;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Files, entered as a given user. Implemented by the kernel. Thread-safe; every method may block on
 * the file system.
 *
 * <p>The kernel keeps what it promises by asking the operating system, never by looking at path
 * strings: a path is opened with the user's own identity (file-system uid, gid, groups), beneath a
 * folder held open, through no symbolic link ({@code openat2}; design, section 7).
 */
@ProviderType
public interface HostFiles {
  /**
   * Enters a folder in a user's home, as that user.
   *
   * @param user whose home; a system account is refused unless it is the service's own
   * @param name the folder's name directly in the home, as {@code Downloads}
   * @param create whether to make it (mode 0700) when there is none
   * @throws HostException {@link HostException.Reason#NOT_FOUND} when it or the home does not
   *     exist, {@link HostException.Reason#FOREIGN} when it is not the user's own, {@link
   *     HostException.Reason#WRONG_KIND} or {@link HostException.Reason#UNSAFE_PATH} when it is no
   *     folder or a link, {@link HostException.Reason#UNPRIVILEGED} when the service may not act
   *     for this user
   */
  HostFolder enterHome(HostUser user, String name, boolean create) throws HostException;

  /**
   * Enters a folder that the operator configured for everybody, as the service itself. Stricter
   * than a home, because the service may read what its users may not: a file is opened only if it
   * lies on the folder's own file system and has no second name (hard link).
   *
   * @param folder absolute
   */
  HostFolder enterShared(Path folder) throws HostException;

  /**
   * Tells which folder a user's home is, for those who have to know whether it still is the one
   * that they knew: of two equal answers, also from before a restart of the machine, both mean the
   * very same folder.
   *
   * @return at most 64 ASCII letters, digits and hyphens; empty when it cannot be told, because the
   *     file system does not keep when a folder was made: a new one may have the number of one that
   *     was removed
   * @throws HostException {@link HostException.Reason#NOT_FOUND} when there is none; else as {@link
   *     #enterHome}
   */
  Optional<String> homeIdentity(HostUser user) throws HostException;
}
