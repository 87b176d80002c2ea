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
 * @param user the account it runs as, null when it never began
 * @param began when
 * @param took how long, null while it runs
 * @param exitCode as a shell tells it, 128 and the signal's number for one that a signal ended;
 *     null while it runs or when it never began
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
    @Nullable String user,
    Instant began,
    @Nullable Duration took,
    @Nullable Integer exitCode,
    Outcome outcome,
    String message,
    long outputBytes,
    String head,
    String tail) {
  /** The same without its output, as lists tell it. */
  public ScriptRun brief() {
    return new ScriptRun(
        id, script, kasmId, user, began, took, exitCode, outcome, message, outputBytes, "", "");
  }

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
    /**
     * It was ended before it had finished, or never begun: its session ended or the service
     * stopped.
     */
    ENDED,
    /** The service died while it ran. */
    UNKNOWN
  }
}
