package kds.api.transfer;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A folder and all that is below it, on its way to the caller: a walk that goes through the tree
 * once, depth first, each folder before what is in it. One thread at a time. Close it when done:
 * that writes the audit record.
 *
 * <p>What cannot be read, vanishes or changes on the way does not end the walk; it is told by
 * {@link #leftOut()}.
 */
@ProviderType
public interface FolderDownload extends AutoCloseable {
  /** How many remarks are kept; of those beyond, only their number is told. */
  int MOST_REMARKS = 10_000;

  /** The folder that serves the caller. */
  Place place();

  /** The folder's name, without a path. */
  String name();

  /** Goes on to the next file or folder; null after the last one. */
  @Nullable Member next() throws TransferException;

  /**
   * Reads on in the file that {@link #next()} came to. No more is read than it had when it was
   * opened.
   *
   * @param into a direct buffer, filled from its position
   * @return how many bytes were read, at least one, or -1 at the end
   */
  int read(ByteBuffer into) throws TransferException;

  /**
   * What is not, or not as a whole, part of the walk so far: the first of it, {@link #MOST_REMARKS}
   * at most, fewer where paths are long.
   */
  List<Remark> leftOut();

  /** How many there are of these. */
  long leftOutCount();

  @Override
  void close();

  /**
   * A file or folder on the way.
   *
   * @param path below the folder, its parts separated by {@code /}
   * @param folder true for a folder
   * @param size bytes when it was opened; 0 for a folder
   * @param modified when its content last changed
   */
  record Member(String path, boolean folder, long size, Instant modified) {}

  /**
   * Something that was left out or is not whole.
   *
   * @param path below the folder; undecodable letters replaced
   * @param why what happened, in words
   */
  record Remark(String path, String why) {}
}
