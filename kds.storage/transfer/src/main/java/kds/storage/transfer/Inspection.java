package kds.storage.transfer;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import kds.api.transfer.TransferException;
import kds.api.transfer.UploadInspector;
import kds.api.transfer.UploadInspector.Allow;
import kds.api.transfer.UploadInspector.Refuse;
import kds.api.transfer.UploadInspector.Verdict;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows uploads to the inspectors that are there. Fails closed: an inspector that fails or takes
 * too long has refused. Thread-safe.
 */
final class Inspection {
  private static final Logger LOG = LoggerFactory.getLogger(Inspection.class);

  /** Tells a refusal that says nothing about the content: another try may succeed. */
  private static final Duration RETRY = Duration.ofSeconds(30);

  private final Supplier<List<UploadInspector>> inspectors;
  private final Duration limit;
  private final boolean required;

  /**
   * Makes one.
   *
   * @param inspectors those that are there at a moment
   * @param limit for all of them together
   * @param required whether there must be one
   */
  Inspection(Supplier<List<UploadInspector>> inspectors, Duration limit, boolean required) {
    this.inspectors = inspectors;
    this.limit = limit;
    this.required = required;
  }

  /** One for uploads that nobody looks at. */
  static Inspection none() {
    return new Inspection(List::of, Duration.ZERO, false);
  }

  /** Whether uploads that begin now are to be sealed. */
  boolean seals() {
    return required || !inspectors.get().isEmpty();
  }

  /**
   * Refuses an upload that could not be inspected.
   *
   * @throws TransferException {@link TransferException.Reason#BUSY}: an inspector may come yet
   */
  void requireInspector() throws TransferException {
    if (required && inspectors.get().isEmpty()) {
      throw new TransferException(
          TransferException.Reason.BUSY,
          "Uploads are inspected on this server, and no inspector is there. Try again in a moment;"
              + " if it stays, ask the administrator.");
    }
  }

  /**
   * Shows an upload to each inspector.
   *
   * @throws TransferException {@link TransferException.Reason#REFUSED}, with a time to retry after
   *     when it is not the content's fault
   */
  void inspect(InspectedUpload upload) throws TransferException {
    requireInspector();
    long end = System.nanoTime() + limit.toNanos();
    try (upload) {
      for (UploadInspector inspector : inspectors.get()) {
        switch (ask(inspector, upload, end)) {
          case Allow() -> LOG.debug("{} allows {}", inspector, upload.path());
          case Refuse(String reason) -> throw refused(upload, reason);
        }
      }
    }
  }

  private static Verdict ask(UploadInspector inspector, InspectedUpload upload, long end)
      throws TransferException {
    FutureTask<Verdict> task = new FutureTask<>(() -> inspector.inspect(upload));
    Thread thread =
        Thread.ofVirtual().name("kds-inspection").inheritInheritableThreadLocals(false).start(task);
    try {
      Verdict verdict = task.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      return verdict == null ? failed("gave no answer", inspector, upload, null) : verdict;
    } catch (ExecutionException e) {
      return failed("failed", inspector, upload, e.getCause());
    } catch (TimeoutException e) {
      thread.interrupt();
      return failed("took too long", inspector, upload, e);
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      return failed("was interrupted", inspector, upload, e);
    }
  }

  private static Verdict failed(
      String how, UploadInspector inspector, InspectedUpload upload, @Nullable Throwable cause)
      throws TransferException {
    LOG.error(
        "The inspector {} {}, so the upload of {} is refused.",
        inspector.getClass().getName(),
        how,
        Faults.quote(upload.path()),
        cause);
    throw new TransferException(
        TransferException.Reason.REFUSED,
        "Upload of "
            + Faults.quote(upload.path())
            + " could not be inspected, so it was not let in. Try again; if it stays, ask the"
            + " administrator.",
        RETRY);
  }

  private static TransferException refused(InspectedUpload upload, String reason) {
    return new TransferException(
        TransferException.Reason.REFUSED,
        "Upload of "
            + Faults.quote(upload.path())
            + " was not let in, and nothing was kept: "
            + reason);
  }
}
