package kds.core.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kds.api.capability.Lease;
import kds.api.session.SessionContext;
import kds.api.session.SessionStep;
import kds.api.session.StepResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One call of a step, bounded: at its limit, or when it is to give way, its thread is interrupted.
 * One that does not heed that is left behind; its lease stays open as long as it runs.
 */
final class StepCall {
  private static final Logger LOG = LoggerFactory.getLogger(StepCall.class);

  private final Lease<SessionStep> lease;
  private final StepFacts facts;
  private final SessionContext context;
  private final Work work;
  private final CompletableFuture<StepResult> answer = new CompletableFuture<>();

  /** What is asked of the step. */
  @FunctionalInterface
  interface Work {
    StepResult of(SessionStep step, SessionContext context) throws Exception;
  }

  StepCall(Lease<SessionStep> lease, StepFacts facts, SessionContext context, Work work) {
    this.lease = lease;
    this.facts = facts;
    this.context = context;
    this.work = work;
  }

  /**
   * Makes the call and waits for it.
   *
   * @param giveWay completed when it is not wanted any more
   * @param grace how long an interrupted call has to end
   */
  StepResult make(CompletableFuture<Void> giveWay, Duration grace) throws InterruptedException {
    Thread thread =
        Thread.ofVirtual()
            .name("kds-step-" + facts.name())
            .inheritInheritableThreadLocals(false)
            .start(this::run);
    CompletableFuture<?> first = CompletableFuture.anyOf(answer.handle((r, e) -> r), giveWay);
    try {
      first.get(facts.limit().toNanos(), TimeUnit.NANOSECONDS);
      if (answer.isDone()) {
        return result();
      }
      return interrupted(thread, grace, StepResult.Status.FAILED, "It was stopped for the end");
    } catch (TimeoutException e) {
      LOG.warn("The step {} took longer than {} and is interrupted", facts.name(), facts.limit());
      return interrupted(
          thread,
          grace,
          StepResult.Status.TIMED_OUT,
          "It took longer than its limit of " + seconds(facts.limit()));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // Both stages complete normally.
    }
  }

  private StepResult interrupted(
      Thread thread, Duration grace, StepResult.Status status, String what)
      throws InterruptedException {
    thread.interrupt();
    boolean ended = thread.join(grace);
    return new StepResult(
        status, what + (ended ? "." : ", and does not heed it: it may still be at work."));
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }

  private StepResult result() {
    try {
      return answer.join();
    } catch (RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      LOG.error("The step {} failed", facts.name(), cause);
      return StepResult.failed(
          "It failed: "
              + (cause.getMessage() == null ? cause.getClass().getName() : cause.getMessage()));
    }
  }

  private void run() {
    try (lease;
        MDC.MDCCloseable _ = MDC.putCloseable("session", context.request().session().kasmId())) {
      StepResult result = work.of(lease.service(), context);
      answer.complete(result == null ? StepResult.failed("It told no result.") : result);
    } catch (Throwable e) {
      answer.completeExceptionally(e);
    }
  }
}
