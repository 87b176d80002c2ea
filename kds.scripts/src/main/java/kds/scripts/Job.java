package kds.scripts;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import kds.api.host.HostUser;
import kds.api.session.SessionContext;
import kds.api.session.SessionRequest;
import org.jspecify.annotations.Nullable;

/**
 * What scripts are run for, taken out of the session's context, which is valid during a call only.
 *
 * @param kasmId the session, null for none
 * @param user the session's user, null when there is none
 * @param heirs the group that processes move to which outlive a successful script; null when
 *     nothing may outlive it
 * @param variables beside the base
 * @param secrets what to mask
 * @param tell takes lines for those who watch the session
 */
record Job(
    @Nullable String kasmId,
    @Nullable HostUser user,
    @Nullable String heirs,
    Map<String, String> variables,
    List<String> secrets,
    Consumer<String> tell) {
  static final String STARTUP = "service_startup";
  static final String SESSION_END = "session_end";

  /** Where programs live that a service_startup script left. */
  static final String STARTUP_HEIRS = "service-startup";

  static Job of(
      String folder,
      @Nullable SessionContext context,
      Map<String, String> more,
      boolean mayLeave,
      Settings.Api api) {
    SessionRequest request = context == null ? null : context.request();
    Map<String, String> variables =
        new java.util.LinkedHashMap<>(Variables.documented(folder, request, api));
    variables.putAll(more);
    String group = context == null ? STARTUP_HEIRS : context.group();
    return new Job(
        request == null ? null : request.session().kasmId(),
        context == null ? null : context.user().orElse(null),
        mayLeave ? group : null,
        variables,
        Secrets.of(request, more.values()),
        context == null ? _ -> {} : context::tell);
  }

  /** Why scripts of it are ended that nobody gave a limit. */
  String whyEnded() {
    return kasmId == null ? "the service stopped" : "its session ended or the service stopped";
  }
}
