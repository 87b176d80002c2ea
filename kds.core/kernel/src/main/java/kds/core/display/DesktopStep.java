package kds.core.display;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import kds.api.host.HostDesktopEnd;
import kds.api.host.HostDesktops;
import kds.api.host.HostException;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import kds.api.security.Audit;
import kds.api.security.AuditRecord;
import kds.api.session.CredentialType;
import kds.api.session.SessionContext;
import kds.api.session.SessionStep;
import kds.api.session.Sessions;
import kds.api.session.StepResult;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Ends the user's desktop at the end of his last session, after the session_end scripts and before
 * his profile is saved, his storage unmapped and his account removed: none of these may find a
 * program of his at work.
 */
@Component(immediate = true)
public final class DesktopStep implements SessionStep {
  /** How long each kind of program may take to end by itself. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final HostDesktops desktops;
  private final HostUsers users;
  private final Audit audit;

  /** Made by Declarative Services. */
  @Activate
  public DesktopStep(
      @Reference HostDesktops desktops, @Reference HostUsers users, @Reference Audit audit) {
    this.desktops = desktops;
    this.users = users;
    this.audit = audit;
  }

  @Override
  public String name() {
    return "desktop";
  }

  /** Early: a start that is broken off anywhere has a desktop that may have to be ended. */
  @Override
  public int order() {
    return 50;
  }

  @Override
  public int endOrder() {
    return 200;
  }

  @Override
  public boolean lastSessionOnly() {
    return true;
  }

  @Override
  public boolean needsUser() {
    return true;
  }

  @Override
  public Duration limit() {
    return Duration.ofMinutes(1);
  }

  @Override
  public StepResult start(SessionContext context) {
    return StepResult.done("The desktop comes when the user logs in.");
  }

  @Override
  public StepResult end(SessionContext context) {
    if (context.ending() == Sessions.Ending.DISCONNECT) {
      return StepResult.skipped("The desktop stays, as was asked for.");
    }
    Optional<HostUser> user = context.user();
    if (user.isEmpty()) {
      return unknown(context);
    }
    if (user.get().uid() == users.self().uid()) {
      return StepResult.skipped(
          "The service runs as this user, so it would end itself: his desktop stays.");
    }
    return end(context, user.get());
  }

  private static StepResult unknown(SessionContext context) {
    String name = context.request().session().username();
    CredentialType type = context.request().session().credentialType();
    if (name == null || type == CredentialType.DYNAMIC) {
      return StepResult.skipped("There is no system account, so there is no desktop.");
    }
    return StepResult.failed(
        "The user '"
            + name
            + "' is not known now, so his desktop may still run: loginctl terminate-user ends it.");
  }

  private StepResult end(SessionContext context, HostUser user) {
    try {
      HostDesktopEnd end = desktops.end(user, GRACE);
      Map<String, String> details = new LinkedHashMap<>();
      details.put("processes", Integer.toString(end.processes()));
      details.put("killed", String.join(" ", end.killed()));
      record(context, user, AuditRecord.Outcome.DONE, details);
      return result(user, end);
    } catch (HostException e) {
      record(context, user, AuditRecord.Outcome.FAILED, Map.of("reason", e.getMessage()));
      return StepResult.failed(e.getMessage());
    }
  }

  private static StepResult result(HostUser user, HostDesktopEnd end) {
    StringBuilder text = new StringBuilder();
    if (end.processes() == 0) {
      text.append(user.name()).append(" had no desktop.");
    } else {
      text.append("The desktop of ").append(user.name()).append(" was ended: ");
      text.append(end.processes()).append(" processes");
      if (!end.killed().isEmpty()) {
        text.append(", of which these had to be killed: ").append(String.join(", ", end.killed()));
      }
      text.append('.');
    }
    end.left().forEach(each -> text.append(' ').append(each));
    return end.left().isEmpty()
        ? StepResult.done(text.toString())
        : StepResult.failed(text.toString());
  }

  private void record(
      SessionContext context,
      HostUser user,
      AuditRecord.Outcome outcome,
      Map<String, String> details) {
    String kasmId = context.request().session().kasmId();
    audit.record(new AuditRecord("sessions", "desktop.end", user.name(), outcome, kasmId, details));
  }
}
