package kds.http.session;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import kds.api.session.Session;
import kds.api.session.SessionEvent;
import kds.api.session.SessionReport;
import kds.api.session.StepResult;

/** Sessions in the words of the contract. */
final class SessionJson {
  private SessionJson() {}

  static Map<String, Object> of(SessionReport report) {
    Session session = report.session();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kasm_id", session.kasmId());
    json.put("user_id", session.userId());
    put(json, "username", session.username());
    put(json, "kasm_user", session.kasmUser());
    json.put("credential_type", session.credentialType().word());
    json.put("state", word(report.state()));
    SessionReport.Outcome outcome = report.outcome();
    if (outcome != null) {
      json.put("outcome", word(outcome));
    }
    json.put("started", report.started().toString());
    put(json, "ended", report.ended());
    json.put("steps", report.steps().stream().map(SessionJson::of).toList());
    return json;
  }

  /** An end that there was nothing to do for. */
  static Map<String, Object> unknown(String kasmId) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kasm_id", kasmId);
    json.put("state", "unknown");
    return json;
  }

  static Map<String, Object> of(SessionEvent event) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("sequence", event.sequence());
    json.put("time", event.time().toString());
    json.put("kasm_id", event.kasmId());
    json.put("kind", event.kind());
    json.put("step", event.step());
    json.put("text", event.text());
    return json;
  }

  private static Map<String, Object> of(SessionReport.StepReport step) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", step.name());
    json.put("phase", word(step.phase()));
    StepResult result = step.result();
    json.put("status", result == null ? "running" : word(result.status()));
    json.put("message", result == null ? "" : result.message());
    json.put("began", step.began().toString());
    json.put("milliseconds", step.tookMillis());
    return json;
  }

  private static void put(
      Map<String, Object> json, String name, @org.jspecify.annotations.Nullable Object value) {
    if (value != null) {
      json.put(name, value.toString());
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
