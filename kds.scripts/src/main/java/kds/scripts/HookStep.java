package kds.scripts;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.capability.Gates;
import kds.api.capability.Lease;
import kds.api.script.FolderRun;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
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
    return run(Variables.SESSION_START, context, false);
  }

  @Override
  public StepResult end(SessionContext context) throws Exception {
    return run(Job.SESSION_END, context, true);
  }

  private StepResult run(String folder, SessionContext context, boolean endOthersFirst)
      throws Exception {
    Lease<Scripts> lease;
    try {
      lease = entrance.enter();
    } catch (CapabilityUnavailableException e) {
      return Entrance.closed(e);
    }
    String kasmId = context.request().session().kasmId();
    boolean begun = false;
    try {
      if (endOthersFirst) {
        lease.service().end(kasmId).toCompletableFuture().get();
      }
      FolderRun run = lease.service().folder(folder, context);
      run.all().whenComplete((_, _) -> lease.close());
      begun = true;
      return result(folder, run);
    } catch (InterruptedException e) {
      lease.service().end(kasmId);
      throw e;
    } finally {
      if (!begun) {
        lease.close();
      }
    }
  }

  private static StepResult result(String folder, FolderRun run)
      throws InterruptedException, ExecutionException {
    List<ScriptRun> waited = run.waited().toCompletableFuture().get();
    String bad =
        waited.stream()
            .filter(each -> each.outcome() != Outcome.DONE)
            .map(each -> each.script() + ": " + each.message())
            .collect(Collectors.joining(" "));
    CompletableFuture<List<ScriptRun>> all = run.all().toCompletableFuture();
    if (!bad.isEmpty()) {
      return StepResult.failed(bad);
    }
    if (!all.isDone()) {
      return new StepResult(
          StepResult.Status.BACKGROUND, "Scripts of " + folder + " go on in the background");
    }
    return StepResult.done(waited.size() + " scripts of " + folder + " were waited for");
  }
}
