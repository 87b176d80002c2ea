package kds.http.script;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import kds.api.script.ScriptRun;

/** Runs of scripts in the words of the contract. */
final class ScriptJson {
  /** A shell tells the signal that ended a program by a code above this one. */
  private static final int SIGNALS = 128;

  private static final int MOST_SIGNALS = 64;

  private ScriptJson() {}

  /** A run without its output. */
  static Map<String, Object> brief(ScriptRun run) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", run.id());
    json.put("script", run.script());
    json.put("folder", run.script().replaceFirst("/.*", ""));
    put(json, "kasm_id", run.kasmId());
    put(json, "user", run.user());
    json.put("outcome", run.outcome().name().toLowerCase(Locale.ROOT));
    json.put("message", run.message());
    json.put("began", run.began().toString());
    if (run.took() != null) {
      json.put("ended", run.began().plus(run.took()).toString());
      json.put("milliseconds", run.took().toMillis());
    }
    Integer code = run.exitCode();
    put(json, "exit_code", code);
    if (code != null && code > SIGNALS && code <= SIGNALS + MOST_SIGNALS) {
      json.put("signal", code - SIGNALS);
    }
    json.put("bytes", run.outputBytes());
    return json;
  }

  /** A run with what is kept of its output. */
  static Map<String, Object> whole(ScriptRun run) {
    Map<String, Object> json = brief(run);
    json.put("head", run.head());
    json.put("tail", run.tail());
    return json;
  }

  private static void put(
      Map<String, Object> json, String name, @org.jspecify.annotations.Nullable Object value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
