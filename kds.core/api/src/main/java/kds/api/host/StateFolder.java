package kds.api.host;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A folder of {@link StateFiles}. Files are for the service's eyes only (mode 0600), and are seen
 * as a whole or not at all, by whatever time the service or the machine ends. Thread-safe; of two
 * writers of one name the later one wins.
 *
 * <p>A name is one part of letters, digits, dots, hyphens and underscores, at most 128 of them, and
 * begins with a letter or a digit; with another one every method throws {@link
 * IllegalArgumentException}.
 */
@ProviderType
public interface StateFolder {
  /** What a file that was written survives. */
  enum Durability {
    /** A crash of the service. */
    SERVICE,
    /** A power cut as well: content and name are on the device when the write returns. */
    MACHINE
  }

  /**
   * Reads a file.
   *
   * @param mostBytes how long it may be
   * @return empty when there is none
   * @throws HostException {@code TOO_LARGE}; {@code WRONG_KIND} when it is a link or no file;
   *     {@code DENIED} when somebody else could have written it; {@code IO}
   */
  Optional<byte[]> read(String name, int mostBytes) throws HostException;

  /**
   * Writes a file, in the place of the one before.
   *
   * @throws HostException {@code NO_SPACE}, {@code READ_ONLY}, {@code IO}: the one before is still
   *     there then, unless only its durability is in doubt
   */
  void write(String name, byte[] content, Durability durability) throws HostException;

  /**
   * Removes a file.
   *
   * @return whether there was one
   */
  boolean delete(String name) throws HostException;

  /** The names of all files, in no order. */
  List<String> names() throws HostException;
}
