package kds.api.transfer;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import kds.api.security.Caller;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What moves through each session. Implemented by the kernel, so that all who transfer for one
 * session, several generations of a bundle among them, share its bandwidth and count together.
 * Thread-safe.
 *
 * <p>Whoever moves a file's content begins a {@link Passage}, reports every piece to it, and closes
 * it.
 */
@ProviderType
public interface Traffic {
  /** Which way, seen from the person. */
  enum Direction {
    /** To the desktop. */
    UP,
    /** From the desktop. */
    DOWN
  }

  /**
   * What a transfer has to keep to.
   *
   * @param minInterval the least time between the beginnings of two transfers of a session; zero
   *     for none
   * @param bandwidth bytes per second that all transfers of a session share; 0 for no limit
   */
  record Terms(Duration minInterval, long bandwidth) {}

  /**
   * A transfer.
   *
   * @param id its id, in no other transfer's use until the service restarts
   * @param direction which way
   * @param path of the file or folder
   * @param bytes moved so far
   * @param size bytes in all, -1 when unknown
   * @param started when it began
   * @param rate bytes per second, as of lately
   */
  record Transfer(
      String id,
      Direction direction,
      String path,
      long bytes,
      long size,
      Instant started,
      long rate) {}

  /**
   * Begins a transfer.
   *
   * @param caller whose session it is for
   * @param size bytes in all, -1 when unknown
   * @param further whether it belongs together with the one before, as the second file of a form,
   *     and so need not keep to the interval
   * @throws TransferException {@link TransferException.Reason#TOO_SOON}, telling when to come
   *     again; {@link TransferException.Reason#NO_SESSION}
   */
  Passage begin(
      Caller caller, Direction direction, String path, long size, boolean further, Terms terms)
      throws TransferException;

  /** The transfers of the caller's session that are under way, the oldest first. */
  List<Transfer> running(Caller caller) throws TransferException;

  /** A transfer under way. Thread-safe. */
  @ProviderType
  interface Passage extends AutoCloseable {
    /**
     * Counts bytes that have moved or are about to, and waits until the session's bandwidth allows
     * them. A virtual thread does not hold its carrier meanwhile.
     *
     * @throws TransferException {@link TransferException.Reason#BUSY} when the thread is
     *     interrupted while it waits
     */
    void pass(long bytes) throws TransferException;

    @Override
    void close();
  }
}
