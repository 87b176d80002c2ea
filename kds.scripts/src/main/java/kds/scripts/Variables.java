package kds.scripts;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import kds.api.host.HostUser;
import kds.api.session.Session;
import kds.api.session.SessionRequest;
import org.jspecify.annotations.Nullable;

/**
 * The whole environment of a script: a clean base and the documented variables (behaviour page,
 * "Variables"). Each of these is set for every script, empty when there is no value, so that a
 * script with {@code set -u} works; {@code kasm_user} is there for session_start scripts only.
 */
final class Variables {
  static final String SESSION_START = "session_start";

  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final @Nullable Path tools;
  private final @Nullable Path socket;

  /**
   * Makes it.
   *
   * @param tools the folder of programs that KDS brings, as kds-wait-display
   * @param socket where those ask the service
   */
  Variables(@Nullable Path tools, @Nullable Path socket) {
    this.tools = tools;
    this.socket = socket;
  }

  /** The documented ones. */
  static Map<String, String> documented(
      String folder, @Nullable SessionRequest request, Settings.Api api) {
    Session session = request == null ? null : request.session();
    Map<String, String> all = new LinkedHashMap<>();
    all.put("user_id", session == null ? "" : session.userId());
    all.put("username", session == null ? "" : orEmpty(session.username()));
    all.put("kasm_id", session == null ? "" : session.kasmId());
    all.put("jwt_token", request == null ? "" : orEmpty(request.token()));
    all.put("api_host", api.host());
    all.put("api_port", Integer.toString(api.port()));
    all.put("api_url_prefix", api.prefix());
    if (folder.equals(SESSION_START)) {
      all.put("kasm_user", session == null ? "" : orEmpty(session.kasmUser()));
    }
    return all;
  }

  /** What any program of this user finds. */
  Map<String, String> base(HostUser user) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("PATH", tools == null ? PATH : PATH + ":" + tools);
    all.put("HOME", user.home().toString());
    all.put("USER", user.name());
    all.put("LOGNAME", user.name());
    all.put("SHELL", user.shell().isEmpty() ? "/bin/sh" : user.shell());
    all.put("LANG", "C.UTF-8");
    if (socket != null) {
      all.put("KDS_SOCKET", socket.toString());
    }
    return all;
  }

  private static String orEmpty(@Nullable String text) {
    return Objects.requireNonNullElse(text, "");
  }
}
