package kds.scripts;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import org.jspecify.annotations.Nullable;

/** One run of a script: it goes on, or it is over. Thread-safe. */
final class Run {
  /** What the names of all scripts' groups begin with. */
  static final String GROUPS = "script-";

  private record Result(Duration took, @Nullable Integer code, Outcome outcome, String message) {}

  private final Instant began = Instant.now().truncatedTo(ChronoUnit.MICROS);
  private final String id = RunId.of(began);
  private final long nanos = System.nanoTime();
  private final String script;
  private final @Nullable String kasmId;
  private final Output output;
  private volatile @Nullable String user;
  private volatile @Nullable Result result;

  Run(String script, @Nullable String kasmId, Output output) {
    this.script = script;
    this.kasmId = kasmId;
    this.output = output;
  }

  String id() {
    return id;
  }

  Output output() {
    return output;
  }

  @Nullable String kasmId() {
    return kasmId;
  }

  /** The account it runs as is known now. */
  void as(String account) {
    user = account;
  }

  /** The group it runs in. Its name tells whose it is, also to another generation of the bundle. */
  String group() {
    return groupsOf(kasmId) + id.substring(id.lastIndexOf('-') + 1);
  }

  /** What the names of the groups of a session's scripts begin with. */
  static String groupsOf(@Nullable String kasmId) {
    String whose = kasmId == null ? "service" : kasmId.replaceAll("[^A-Za-z0-9-]", "_");
    return GROUPS + whose + "-";
  }

  /** It is over. */
  void over(@Nullable Integer code, Outcome outcome, String message) {
    result = new Result(Duration.ofNanos(System.nanoTime() - nanos), code, outcome, message);
  }

  /** As it is now, with its output. */
  ScriptRun snapshot() {
    return of(output.head(), output.tail());
  }

  /** As it is now, without its output. */
  ScriptRun brief() {
    return of("", "");
  }

  private ScriptRun of(String head, String tail) {
    Result now = result;
    return new ScriptRun(
        id,
        script,
        kasmId,
        user,
        began,
        now == null ? null : now.took(),
        now == null ? null : now.code(),
        now == null ? Outcome.RUNNING : now.outcome(),
        now == null ? "" : now.message(),
        output.total(),
        head,
        tail);
  }
}
