package kds.api.transfer;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import kds.api.security.Caller;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An upload that is gone on with. One thread at a time. Closing it keeps what has come, for the
 * next go.
 *
 * <p>When somebody else goes on with the upload, this handle ends: every method that does something
 * throws {@link TransferException.Reason#TAKEN_OVER}.
 */
@ProviderType
public interface ResumableUpload extends AutoCloseable {
  /** Who began it. */
  Caller caller();

  /** The folder that serves the caller. */
  Place place();

  /** What the client wanted to have back. */
  String metadata();

  /** When it is removed unless it is finished; afterwards, when its receipt is forgotten. */
  Instant expires();

  /** Bytes that have come; what came before this handle was made is on the device. */
  long offset();

  /** How many bytes it shall have, -1 when not told yet. */
  long size();

  /** Whether it is a part, to be joined with others: then it is never published by itself. */
  boolean partial();

  /** What became of it, once it is finished. */
  Optional<Receipt> receipt();

  /**
   * Tells its size, and reserves the space.
   *
   * @throws TransferException {@link TransferException.Reason#INCOMPLETE} when another size was
   *     told before, or more has come already
   */
  void announce(long size) throws TransferException;

  /**
   * What is written from here on does not count until {@link #sync}: neither after a broken
   * connection nor after a crash. For content that must be verified first.
   */
  void hold() throws TransferException;

  /** Appends the whole of what remains in a direct buffer. */
  void write(ByteBuffer from) throws TransferException;

  /**
   * Makes what has come durable.
   *
   * @return the offset, which is kept whatever happens from here on
   */
  long sync() throws TransferException;

  /** Forgets what came since the last {@link #sync}, or since the handle was made. */
  void takeBack() throws TransferException;

  /**
   * Publishes the file as {@link Upload#commit} does.
   *
   * @return the same receipt when it was finished before
   */
  Receipt finish() throws TransferException;

  /** Ends the upload and gives its space back. A file that was published stays. */
  void terminate() throws TransferException;

  /** Asks to be told when somebody else goes on with the upload. The action must not wait. */
  void whenTakenOver(Runnable action);

  @Override
  void close();
}
