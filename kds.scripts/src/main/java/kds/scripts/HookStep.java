package kds.scripts;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import kds.api.capability.Gates;
import kds.api.capability.Lease;
import kds.api.script.Scripts;
import kds.api.session.SessionContext;
import kds.api.session.SessionStep;
import kds.api.session.StepResult;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;

/**
 * The operator's scripts at a session's start and end. They are the last at the start, because they
 * find everything else done, and the first at the end, because then it is all still there. An
 * operator's script is not made to be run twice, so a crash in the middle of it is only reported.
 */
@Component(service = SessionStep.class, immediate = true)
@SatisfyingConditionTarget("(osgi.condition.id=kds.scripts)")
public final class HookStep implements SessionStep {
  private final Entrance entrance;

  /** Made by Declarative Services. */
  @Activate
  public HookStep(@Reference Gates gates) {
    entrance = new Entrance(gates);
  }

  @Override
  public String name() {
    return "scripts";
  }

  @Override
  public int order() {
    return 500;
  }

  @Override
  public int endOrder() {
    return 100;
  }

  @Override
  public boolean repeatable() {
    return false;
  }

  /** Each script has its own limit; this is for all that are waited for together. */
  @Override
  public Duration limit() {
    return Duration.ofHours(1);
  }

  @Override
  public StepResult start(SessionContext context) throws Exception {
    return entrance.step(
        context,
        Variables.SESSION_START,
        scripts -> scripts.folder(Variables.SESSION_START, context));
  }

  @Override
  public StepResult end(SessionContext context) throws Exception {
    return entrance.step(
        context,
        Job.SESSION_END,
        scripts -> {
          endOthers(scripts, context);
          return scripts.folder(Job.SESSION_END, context);
        });
  }

  /**
   * Ends what still runs of it, so that the steps that follow find nobody at work; that one after
   * this may be the one that saves what these scripts write.
   */
  @Override
  public void interrupted(SessionContext context) throws Exception {
    try (Lease<Scripts> lease = entrance.enter()) {
      endOthers(lease.service(), context);
    }
  }

  /** One that cannot be ended must not keep those of the end from their turn. */
  private static void endOthers(Scripts scripts, SessionContext context)
      throws InterruptedException {
    try {
      scripts.end(context.request().session().kasmId()).toCompletableFuture().get();
    } catch (ExecutionException e) {
      context.tell("Scripts of this session go on: " + e.getCause().getMessage());
    }
  }
}
