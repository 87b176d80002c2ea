package kds.api.host;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A file that is being written and that nobody sees yet. One thread at a time.
 *
 * <p>Closing one that was not published discards it and gives its space back; so does the death of
 * the process at any moment.
 */
@ProviderType
public interface HostUpload extends AutoCloseable {
  /** Bytes written so far. */
  long size();

  /**
   * Appends the whole of what remains in a direct buffer.
   *
   * @throws HostException {@link HostException.Reason#NO_SPACE}, {@link
   *     HostException.Reason#QUOTA}, {@link HostException.Reason#TOO_LARGE} or {@link
   *     HostException.Reason#IO}; the upload can only be closed then
   */
  void write(ByteBuffer from) throws HostException;

  /**
   * Reads what was written, at a place. May be called by another thread than the one that writes,
   * but not while that one does.
   *
   * @param into a direct buffer, filled from its position
   * @param position in bytes from the file's beginning
   * @return how many bytes were read, at least one, or -1 at the end
   */
  int read(ByteBuffer into, long position) throws HostException;

  /**
   * How many bytes will stay free to ordinary users on its file system once all that was announced
   * has come; -1 where the file system does not tell.
   */
  long spare() throws HostException;

  /**
   * Makes the content durable (fsync). Called by {@link #publish} as well; on its own it lets the
   * name be tried several times at little cost.
   */
  void sync() throws HostException;

  /**
   * Gives the file its name, durably: file and folder are on the device when this returns. The file
   * has mode 0600 in a home, 0644 in a shared folder.
   *
   * @param name a name in the folder of the path the upload was begun for; no {@code /}
   * @param replace whether a regular file of that name is replaced, at once and as a whole
   * @throws HostException {@link HostException.Reason#EXISTS} when the name is taken and not to be
   *     replaced, or taken by something else than a file; another name can be tried. After {@link
   *     HostException.Reason#TIMEOUT}, or {@link HostException.Reason#IO} from the folder's own
   *     sync, the whole file may be there, though not surely durable
   */
  void publish(String name, boolean replace) throws HostException;

  @Override
  void close();
}
