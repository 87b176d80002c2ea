package kds.run.it;

import java.io.IOException;
import java.util.UUID;

/** A session of an account, begun and ended as the control plane does it: by curl. */
final class DebianSession {
  private final DebianService service;
  private final String control;
  private final String kasmId = UUID.randomUUID().toString();
  private String started = "";

  private DebianSession(DebianService service, String control) {
    this.service = service;
    this.control = control;
  }

  /**
   * Asks for a session's start and waits for the answer, which must be 200.
   *
   * @param control a token with the scope {@code session}
   * @param more members of the order, as {@code "kasm_user":"ann"}; may be empty
   */
  static DebianSession start(
      DebianService service, String control, String username, String type, String more)
      throws IOException, InterruptedException {
    DebianSession session = new DebianSession(service, control);
    String order =
        "{\"kasm_id\":\"%s\",\"user_id\":\"id-of-%s\",\"username\":\"%s\",\"credential_type\":\"%s\"%s}"
            .formatted(session.kasmId, username, username, type, more.isEmpty() ? "" : "," + more);
    session.started = session.post("/session_start", order);
    return session;
  }

  String kasmId() {
    return kasmId;
  }

  /** The answer to its start. */
  String started() {
    return started;
  }

  /** Asks for its end; the answer. */
  String end() throws IOException, InterruptedException {
    return post("/session_end", "{\"kasm_id\":\"" + kasmId + "\"}");
  }

  /** Asks for an end that goes so far, as {@code disconnect}; the answer. */
  String end(String action) throws IOException, InterruptedException {
    return post("/session_end", "{\"kasm_id\":\"%s\",\"action\":\"%s\"}".formatted(kasmId, action));
  }

  /** As the service knows it now. */
  String now() throws IOException, InterruptedException {
    return service.curl(control, "/sessions/" + kasmId, "-f").succeeded().output();
  }

  private String post(String path, String order) throws IOException, InterruptedException {
    return service.curl(control, path, "-f", "--json", order).succeeded().output();
  }
}
