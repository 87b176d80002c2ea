package kds.http.route;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.transfer.TransferException;
import kds.http.problem.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one table from what went wrong to what the caller is told. */
public final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
  private static final Duration BUSY = Duration.ofSeconds(2);

  private Failures() {}

  /** The problem of a failure. What is the service's own fault is written to the log, too. */
  public static Problem problem(Throwable failure) {
    return switch (failure) {
      case CompletionException wrapped when wrapped.getCause() != null ->
          problem(wrapped.getCause());
      case Refusal refusal -> refusal.problem();
      case TransferException transfer -> transfer(transfer);
      case CapabilityUnavailableException absent -> unavailable(absent);
      case ClientGoneException gone ->
          Problem.of(
              400,
              "incomplete",
              "The body broke off, or stopped coming, before its end. Nothing of it was kept:"
                  + " send it again.");
      default -> unexpected(failure);
    };
  }

  private static Problem transfer(TransferException failure) {
    String say = failure.getMessage();
    return switch (failure.reason()) {
      case NO_SESSION -> Problem.of(403, "no-session", say);
      case NO_USER -> Problem.of(409, "no-user", say);
      case NO_FOLDER -> Problem.of(409, "no-folder", say);
      case NOT_ALLOWED -> Problem.of(403, "not-allowed", say);
      case NOT_FOUND -> Problem.of(404, "not-found", say);
      case UNSAFE_PATH -> Problem.of(400, "unsafe-path", say);
      case WRONG_KIND -> Problem.of(409, "wrong-kind", say);
      case DENIED -> Problem.of(403, "denied", say);
      case CONFLICT -> Problem.of(409, "name-taken", say);
      case NAME_TOO_LONG -> Problem.of(400, "name-too-long", say);
      case TOO_LARGE -> Problem.of(413, "too-large", say);
      case NO_SPACE -> Problem.of(507, "no-space", say);
      case QUOTA -> Problem.of(507, "quota", say);
      case INCOMPLETE -> Problem.of(400, "incomplete", say);
      case REFUSED -> Problem.of(422, "upload-refused", say);
      case TOO_SOON -> retry(Problem.of(429, "too-soon", say), failure.retryAfter().orElse(BUSY));
      case GONE -> Problem.of(410, "upload-gone", say);
      case TAKEN_OVER -> Problem.of(409, "upload-taken-over", say);
      case BUSY -> retry(Problem.of(503, "busy", say), BUSY);
      case FAILED -> {
        LOG.error("A transfer failed: {}", say, failure);
        yield Problem.of(500, "failed", say);
      }
    };
  }

  private static Problem unavailable(CapabilityUnavailableException failure) {
    String word =
        switch (failure.reason()) {
          case OFF -> "capability-off";
          case ABSENT -> "capability-absent";
          case CROWDED -> "crowded";
        };
    return retry(Problem.of(503, word, failure.getMessage()), failure.retryAfter());
  }

  private static Problem retry(Problem problem, Duration after) {
    long seconds = Math.max(1, after.plusMillis(999).toSeconds());
    return problem.header("Retry-After", Long.toString(seconds));
  }

  private static Problem unexpected(Throwable failure) {
    LOG.error("A call failed unexpectedly.", failure);
    return Problem.of(
        500,
        "failed",
        "The service failed. Its log tells why; look there for this answer's Kds-Request-Id.");
  }
}
