package kds.api.transfer;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An upload that is under way. One thread at a time. Closing one that was not committed discards
 * it: nothing of it is ever seen.
 */
@ProviderType
public interface Upload extends AutoCloseable {
  /** The folder that serves the caller. */
  Place place();

  /** Bytes received so far. */
  long size();

  /** Appends the whole of what remains in a direct buffer. */
  void write(ByteBuffer from) throws TransferException;

  /**
   * Makes the file durable and gives it its name. It survives the death of service and machine from
   * here on.
   *
   * @throws TransferException with {@link TransferException.Reason#INCOMPLETE} when fewer or more
   *     bytes came than announced
   */
  Receipt commit() throws TransferException;

  @Override
  void close();
}
