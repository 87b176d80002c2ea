package kds.api.transfer;

import kds.api.security.Caller;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Receives files in several goes, which survive broken connections and the restart of service and
 * machine. Registered by the capability {@code transfer}, beside {@link FileTransfer}. Thread-safe;
 * every method may block on the file system.
 *
 * <p>An upload is known by its key alone: 256 random bits that are the right to it, whatever
 * becomes of the token that it was begun with. The service keeps only a digest of the key.
 */
@ProviderType
public interface ResumableUploads {
  /** The largest upload in bytes, 0 for no limit. */
  long maxSize();

  /**
   * Begins an upload. Nothing is written yet; {@link #resume} goes on with it. One of no bytes at
   * all is finished by {@link ResumableUpload#finish} like others.
   *
   * @param request a size of -1 may be told later
   * @param metadata what the client wants to have back, as it was sent
   */
  UploadTicket create(Caller caller, UploadRequest request, String metadata)
      throws TransferException;

  /**
   * Goes on with an upload. Who has it open already loses it: a connection that hangs never keeps
   * its owner out.
   *
   * @param key of {@link UploadTicket#key}
   * @return open; the caller closes it
   * @throws TransferException {@link TransferException.Reason#NOT_FOUND} for a key that was never
   *     given, or long ago; {@link TransferException.Reason#GONE} when the upload has expired or
   *     was terminated
   */
  ResumableUpload resume(String key) throws TransferException;
}
