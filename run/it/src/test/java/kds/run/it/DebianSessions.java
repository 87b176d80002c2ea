package kds.run.it;

import java.io.IOException;
import java.util.UUID;

/** Starts and ends sessions of a service on a machine, as Kasm Workspaces would, by curl. */
final class DebianSessions {
  private final DebianService service;
  private final String token;

  private DebianSessions(DebianService service, String token) {
    this.service = service;
    this.token = token;
  }

  static DebianSessions of(DebianService service) throws IOException, InterruptedException {
    DebianUser control = new DebianUser("control", 0, "");
    return new DebianSessions(service, service.token(control, "scope=session health"));
  }

  /** An answer: its status, its body and how long it took. */
  record Answer(int status, String body, long milliseconds) {
    boolean says(String member, String value) {
      return body.contains("\"" + member + "\":\"" + value + "\"");
    }

    @Override
    public String toString() {
      return status + " after " + milliseconds + " ms: " + body;
    }
  }

  static String newId() {
    return UUID.randomUUID().toString();
  }

  /** A session of a user whom the machine knows. */
  Answer start(String kasmId, String username) throws IOException, InterruptedException {
    return start(kasmId, username, "sso");
  }

  Answer start(String kasmId, String username, String credentialType)
      throws IOException, InterruptedException {
    String order =
        "{\"kasm_id\":\"%s\",\"user_id\":\"id of %s\",\"username\":\"%s\",\"credential_type\":\"%s\"}";
    return post(
        "/session_start",
        order.formatted(kasmId, username.toLowerCase(), username, credentialType));
  }

  Answer end(String kasmId) throws IOException, InterruptedException {
    return post("/session_end", "{\"kasm_id\":\"" + kasmId + "\"}");
  }

  Answer look(String kasmId) throws IOException, InterruptedException {
    return answer(service.curl(token, "/sessions/" + kasmId, "-w", "\n%{http_code} %{time_total}"));
  }

  private Answer post(String path, String json) throws IOException, InterruptedException {
    return answer(
        service.curl(
            token,
            path,
            "-H",
            "Content-Type: application/json",
            "--data",
            json,
            "-w",
            "\n%{http_code} %{time_total}"));
  }

  private static Answer answer(Outcome outcome) {
    String text = outcome.succeeded().output();
    int end = text.lastIndexOf('\n');
    String[] told = text.substring(end + 1).split(" ");
    long milliseconds = Math.round(Double.parseDouble(told[1]) * 1000);
    return new Answer(Integer.parseInt(told[0]), text.substring(0, Math.max(0, end)), milliseconds);
  }
}
