package kds.api.transfer;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.osgi.annotation.versioning.ProviderType;

/** A file open for download. Thread-safe. Close it when done: that writes the audit record. */
@ProviderType
public interface Download extends AutoCloseable {
  /** The folder that serves the caller. */
  Place place();

  /** The file's name, without a path. */
  String name();

  /** Bytes. */
  long size();

  /** When its content last changed. */
  Instant modified();

  /** A strong validator: printable ASCII without quotes. */
  String version();

  /**
   * Reads at a place.
   *
   * @param into a direct buffer, filled from its position
   * @param position in bytes from the file's beginning
   * @return how many bytes were read, at least one, or -1 at the end
   */
  int read(ByteBuffer into, long position) throws TransferException;

  @Override
  void close();
}
