package kds.api.host;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A folder held open, entered by {@link HostFiles}. Close it when done; files opened from it stay
 * usable. Thread-safe.
 *
 * <p>Paths are relative, their parts separated by {@code /}, UTF-8. One that is absolute, empty
 * where a file is meant, has a part {@code .} or {@code ..} or an empty one, or a NUL, is refused
 * with {@link HostException.Reason#UNSAFE_PATH}; so is one that meets a symbolic link, and a name
 * of the form {@code .kds-<32 hex digits>.part} or {@code .kds-<32 hex digits>.kept.part}, which
 * unfinished uploads have; those are not listed either.
 */
@ProviderType
public interface HostFolder extends AutoCloseable {
  /** Where it is; for messages and the audit, never to be opened by name. */
  Path path();

  /**
   * Lists a folder.
   *
   * @param path the folder, empty for this one
   * @param most how many entries at the most
   */
  HostListing list(String path, int most) throws HostException;

  /** Opens a regular file to read. Anything else there is refused, and never waited for. */
  HostFile open(String path) throws HostException;

  /**
   * Begins a new file that nobody sees until it is published.
   *
   * @param path where it shall appear; missing folders on the way are made (mode 0700 in a home)
   * @param size how many bytes will come, or -1 when unknown. A known size is reserved at once, so
   *     that a full disk is told before the first byte
   * @throws HostException {@link HostException.Reason#NO_SPACE} or {@link
   *     HostException.Reason#QUOTA} when it does not fit
   */
  default HostUpload create(String path, long size) throws HostException {
    return create(path, size, false);
  }

  /**
   * The same; with {@code sealed} the file belongs to the service until it is published, so that
   * nobody changes it between an inspection and its publication. In a home that the service's own
   * account may not write to (an NFS export that squashes root) this fails with {@link
   * HostException.Reason#DENIED}. The user's quota is judged at publication then. Where it needs a
   * hidden name, and the user has put something else in its place, publishing fails with {@link
   * HostException.Reason#IO}.
   */
  HostUpload create(String path, long size, boolean sealed) throws HostException;

  /**
   * Begins a new file as {@link #create} does, one that is written in several goes. It is swept 30
   * days after it was last written if it is neither published nor discarded.
   *
   * <p>In a home it is the user's own, and counts in his quota: he can change it at any time. What
   * is to be inspected is copied into a sealed one first.
   *
   * @param id 32 lower-case hex digits, random, by which it is opened again
   */
  HostPart keep(String path, String id, long size) throws HostException;

  /**
   * Opens one that was begun by {@link #keep}, and takes it away from who has it open.
   *
   * @param path the path it was begun for
   * @throws HostException {@link HostException.Reason#NOT_FOUND} when it was published, discarded
   *     or lost; {@link HostException.Reason#BUSY} when who has it open does not finish a call
   */
  HostPart reopen(String path, String id) throws HostException;

  @Override
  void close();
}
