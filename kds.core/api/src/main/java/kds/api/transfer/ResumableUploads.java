package kds.api.transfer;

import java.util.List;
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
   * Begins a part, to be joined with others by {@link #join}. It is gone on with like an upload, is
   * never published by itself, and goes like one when it is not joined in time.
   *
   * @param size in bytes; -1 may be told later
   * @param metadata what the client wants to have back, as it was sent
   */
  UploadTicket createPart(Caller caller, long size, String metadata) throws TransferException;

  /**
   * Joins parts to one file, and finishes that as {@link ResumableUpload#finish} does. The parts
   * are gone then; if it fails, they are still there. Meanwhile it takes their space twice. Asked
   * again with the same parts, as by a client that missed the answer, it tells the same upload.
   *
   * @param request what the whole shall become; its size follows from the parts
   * @param metadata what the client wants to have back, as it was sent
   * @param keys of the parts, in their order
   * @return the whole, known by a key of its own
   * @throws TransferException {@link TransferException.Reason#INCOMPLETE} when a part is not
   *     complete, {@link TransferException.Reason#NOT_FOUND} or {@link
   *     TransferException.Reason#GONE} when it is none, {@link TransferException.Reason#DENIED}
   *     when it was begun in another session
   */
  UploadTicket join(Caller caller, UploadRequest request, String metadata, List<String> keys)
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
