package kds.scripts;

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
public final class HookStep extends ScriptStep {
  /** Made by Declarative Services. */
  @Activate
  public HookStep(@Reference Gates gates) {
    super("scripts", 500, 100, gates);
  }

  @Override
  public boolean repeatable() {
    return false;
  }

  @Override
  public StepResult start(SessionContext context) throws Exception {
    return entrance()
        .step(
            context,
            Variables.SESSION_START,
            scripts -> scripts.folder(Variables.SESSION_START, context));
  }

  @Override
  public StepResult end(SessionContext context) throws Exception {
    return entrance()
        .step(
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
    try (Lease<Scripts> lease = entrance().enter()) {
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
