package kds.http.script;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import kds.api.script.FolderRun;
import kds.api.script.RunListener;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import kds.api.script.Scripts;
import kds.api.session.SessionContext;
import kds.http.testing.Count;
import org.jspecify.annotations.Nullable;

/** Runs that a test makes up. */
final class ToyScripts implements Scripts {
  static final String SESSION = "0b5c8e8e-5f4f-4a57-9a0d-8e1f8d9d0a22";

  final List<ScriptRun> all = new CopyOnWriteArrayList<>();
  final List<RunListener> listeners = new CopyOnWriteArrayList<>();
  final Count open = new Count();
  volatile Optional<String> asked = Optional.empty();

  static ScriptRun running(String id) {
    return new ScriptRun(
        id,
        "service_startup/10-x.sh",
        null,
        "root",
        Instant.parse("2026-01-02T03:04:05Z"),
        null,
        null,
        Outcome.RUNNING,
        "",
        5,
        "so far",
        "");
  }

  static ScriptRun over(String id) {
    return new ScriptRun(
        id,
        "session_start/20-y.sh",
        SESSION,
        "alice",
        Instant.parse("2026-01-02T03:04:05Z"),
        Duration.ofMillis(1500),
        143,
        Outcome.TIMED_OUT,
        "It took longer.",
        200_000,
        "first",
        "last");
  }

  @Override
  public List<ScriptRun> runs(Optional<String> kasmId, int most) {
    asked = kasmId;
    return all.stream().limit(most).map(ScriptRun::brief).toList();
  }

  @Override
  public Optional<ScriptRun> run(String runId) {
    return all.stream().filter(run -> run.id().equals(runId)).findFirst();
  }

  @Override
  public AutoCloseable follow(String runId, RunListener listener) {
    listeners.add(listener);
    open.up();
    return open::down;
  }

  @Override
  public CompletionStage<ScriptRun> builtin(
      String name, SessionContext context, Map<String, String> variables) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FolderRun folder(String folder, @Nullable SessionContext context) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Void> end(String kasmId) {
    throw new UnsupportedOperationException();
  }
}
