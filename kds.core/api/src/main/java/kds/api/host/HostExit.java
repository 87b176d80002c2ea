package kds.api.host;

import java.time.Duration;

/**
 * How a program ended.
 *
 * @param code its exit code; 128 and the signal's number when a signal ended it
 * @param cause what ended it
 * @param took how long it ran
 */
public record HostExit(int code, Cause cause, Duration took) {
  /** What ended a program. */
  public enum Cause {
    /** It ended on its own, with whatever code. */
    ITSELF,
    /** It took longer than its limit. */
    LIMIT,
    /** Somebody asked for its end. */
    ENDED
  }
}
