package kds.core.display;

import java.time.Duration;
import kds.api.host.HostException;
import kds.api.host.HostProcesses;
import kds.api.session.SessionContext;
import kds.api.session.SessionStep;
import kds.api.session.StepResult;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Ends what the scripts of a session's start left behind for it: what was handed over to the
 * session's group. It ends with this session, whatever becomes of the user's desktop and of his
 * other sessions.
 */
@Component(immediate = true)
public final class ProgramsStep implements SessionStep {
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final HostProcesses processes;

  /** Made by Declarative Services. */
  @Activate
  public ProgramsStep(@Reference HostProcesses processes) {
    this.processes = processes;
  }

  @Override
  public String name() {
    return "programs";
  }

  /** First: a start that is broken off anywhere may have left some. */
  @Override
  public int order() {
    return 40;
  }

  /** After the scripts of the end, which find everything still there, and before the desktop. */
  @Override
  public int endOrder() {
    return 150;
  }

  @Override
  public Duration limit() {
    return Duration.ofMinutes(1);
  }

  @Override
  public StepResult start(SessionContext context) {
    return StepResult.done("What scripts leave behind for the session ends with it.");
  }

  @Override
  public StepResult end(SessionContext context) {
    try {
      processes.end(context.group(), GRACE);
      return StepResult.done("Nothing that scripts left behind for the session is left.");
    } catch (HostException e) {
      return StepResult.failed(e.getMessage());
    }
  }
}
