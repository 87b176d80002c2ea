package kds.api.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Files that an operator and the service share: scripts that he puts there, certificates that it
 * makes where he has none. Implemented by the kernel. Thread-safe; blocks on the file system.
 *
 * <p>What is to be used of them is judged by {@link TrustedFiles}.
 */
@ProviderType
public interface OperatorFiles {
  /**
   * Looks what is at a path, for those who have to know whether a file is meant to be used before
   * they ask whether it may be.
   *
   * @param mostBytes how much of a file's beginning is wanted, 0 for nothing. It is read only where
   *     nobody can exchange the file for something that would be waited for, as a pipe: a trusted
   *     one, or one that lies in a trusted folder
   * @return empty when there is nothing
   * @throws HostException {@code DENIED}; {@code IO}
   */
  Optional<FileLook> look(Path path, int mostBytes) throws HostException;

  /**
   * The names of what is in a folder, which is checked as {@link TrustedFiles#check} does.
   *
   * @return in no order
   * @throws HostException as {@link TrustedFiles#check}; {@code IO}, also when it is no folder
   */
  List<String> names(Path folder) throws HostException;

  /**
   * Puts a file in its place, as a whole and durably, and makes the folders that are missing. The
   * folder is checked before as {@link TrustedFiles#check} does.
   *
   * @param secret whether only the service may read it (mode 0600), or everybody (0644)
   * @throws HostException as {@link TrustedFiles#check}; {@code IO}: the file before is still there
   *     then, unless only its durability is in doubt
   */
  void put(Path file, byte[] content, boolean secret) throws HostException;
}
