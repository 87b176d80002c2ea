package kds.core.session;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** The threads that work on sessions: a virtual one for each start, and one for each end. */
final class SessionThreads {
  private static final Logger LOG = LoggerFactory.getLogger(SessionThreads.class);

  private SessionThreads() {}

  /** A piece of work that may wait. */
  @FunctionalInterface
  interface Waiting {
    void run() throws InterruptedException;
  }

  /** Does what belongs to a session's start: its end waits until it has given way. */
  static void atStart(LiveSession session, Waiting work) {
    run(
        session,
        () -> {
          try {
            work.run();
          } catch (RuntimeException | Error e) {
            session.started().completeExceptionally(e);
            throw e;
          } finally {
            session.started().complete(session.report());
            session.idle().complete(null);
          }
        });
  }

  static void run(LiveSession session, Waiting work) {
    Thread.ofVirtual()
        .name("kds-session-" + session.kasmId())
        .inheritInheritableThreadLocals(false)
        .start(
            () -> {
              try (MDC.MDCCloseable _ = MDC.putCloseable("session", session.kasmId())) {
                work.run();
              } catch (InterruptedException e) {
                LOG.warn("Session {} stays as it is: {}", session.kasmId(), e.getMessage());
              } catch (RuntimeException | Error e) {
                LOG.error("The work on session {} failed", session.kasmId(), e);
              }
            });
  }
}
