package kds.api.host;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.osgi.annotation.versioning.ProviderType;

/** A regular file held open to read. Thread-safe. Not bound to the folder it came from. */
@ProviderType
public interface HostFile extends AutoCloseable {
  /** Its size in bytes when it was opened. */
  long size();

  /** When its content last changed, as of opening. */
  Instant modified();

  /**
   * A word that changes whenever the content may have: made of file system, inode, size, and times
   * of change. Printable ASCII without quotes, fit for an ETag.
   */
  String version();

  /**
   * Reads at a place. A virtual thread does not hold its carrier while it waits for the device.
   *
   * @param into a direct buffer, filled from its position
   * @param position in bytes from the file's beginning
   * @return how many bytes were read, at least one, or -1 at the end
   */
  int read(ByteBuffer into, long position) throws HostException;

  @Override
  void close();
}
