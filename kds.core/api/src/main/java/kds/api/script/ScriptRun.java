package kds.api.script;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One run of one script.
 *
 * @param id unique on this server
 * @param script its path below the scripts folder, as {@code session_start/10-hello.sh}
 * @param kasmId the session it ran for, null for service_startup
 * @param began when
 * @param took how long, null while it runs
 * @param exitCode null while it runs or when it never began
 * @param outcome in a word
 * @param message why it did not succeed and what to do; empty when it did
 * @param outputBytes how much it wrote in all
 * @param head the first of its output, secrets masked
 * @param tail the last of it, empty when the head holds all
 */
public record ScriptRun(
    String id,
    String script,
    @Nullable String kasmId,
    Instant began,
    @Nullable Duration took,
    @Nullable Integer exitCode,
    Outcome outcome,
    String message,
    long outputBytes,
    String head,
    String tail) {
  /** How a run went. */
  public enum Outcome {
    /** It runs. */
    RUNNING,
    /** Exit code 0, or nothing to run. */
    DONE,
    /** Another exit code. */
    FAILED,
    /** It took longer than its limit; nothing of it lives. */
    TIMED_OUT,
    /** It was not started: file or folder are not trusted, or it cannot be executed. */
    REFUSED,
    /** It was ended before it had finished, or never begun, because its session ended. */
    ENDED,
    /** The service died while it ran. */
    UNKNOWN
  }
}
