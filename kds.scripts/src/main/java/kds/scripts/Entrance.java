package kds.scripts;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
import kds.api.session.StepResult;

/**
 * The way to the newest generation of the scripts. Steps and the start of the service go through
 * the gate like everybody else, so that the bundle that runs a script stays until it has ended.
 */
final class Entrance {
  private final Gates gates;

  Entrance(Gates gates) {
    this.gates = gates;
  }

  /** What a step has the scripts do. */
  @FunctionalInterface
  interface Use {
    FolderRun begin(Scripts scripts) throws Exception;
  }

  /** What a step says that could not enter: switched off is as wanted, anything else is not. */
  private static StepResult closed(CapabilityUnavailableException e) {
    return e.reason() == CapabilityUnavailableException.Reason.OFF
        ? StepResult.skipped(e.getMessage())
        : StepResult.failed(e.getMessage());
  }

  /** Enters; waits where there is a gap. Close the lease when the last script has ended. */
  Lease<Scripts> enter() throws CapabilityUnavailableException, InterruptedException {
    CompletableFuture<Lease<Scripts>> entry =
        gates.enter(Scripts.CAPABILITY, Scripts.class).toCompletableFuture();
    try {
      return entry.get();
    } catch (InterruptedException e) {
      entry.thenAccept(Lease::close); // or a lease that comes now would never end
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CapabilityUnavailableException unavailable) {
        throw unavailable;
      }
      throw new IllegalStateException("The scripts cannot be entered", e.getCause());
    }
  }

  /**
   * Does a step's work: waits for what is to be waited for, and ends the scripts of the session
   * when the step is interrupted meanwhile.
   *
   * @param what in words, for the report
   */
  StepResult step(SessionContext context, String what, Use use) throws Exception {
    Lease<Scripts> lease;
    try {
      lease = enter();
    } catch (CapabilityUnavailableException e) {
      return closed(e);
    }
    CompletionStage<?> over = CompletableFuture.completedStage(null);
    try {
      FolderRun run = use.begin(lease.service());
      over = run.all();
      context.leaves(run.all().thenApply(all -> ended(all, what)));
      return result(run, what);
    } catch (InterruptedException e) {
      end(lease.service(), context, e);
      throw e;
    } finally {
      over.whenComplete((_, _) -> lease.close());
    }
  }

  private static void end(Scripts scripts, SessionContext context, InterruptedException why)
      throws InterruptedException {
    try {
      scripts.end(context.request().session().kasmId()).toCompletableFuture().get();
    } catch (ExecutionException e) {
      why.addSuppressed(e.getCause());
    }
  }

  /**
   * What becomes of the report when those in the background have ended. Nobody waited for them, so
   * one that failed makes the session no worse.
   */
  private static StepResult ended(List<ScriptRun> all, String what) {
    String bad =
        all.stream()
            .filter(each -> each.outcome() != Outcome.DONE)
            .map(ScriptRun::script)
            .collect(Collectors.joining(", "));
    String said = all.size() + " scripts of " + what + " have ended, some in the background.";
    return StepResult.done(
        bad.isEmpty() ? said : said + " Not well: " + bad + "; see their runs for more.");
  }

  private static StepResult result(FolderRun run, String what)
      throws InterruptedException, ExecutionException {
    List<ScriptRun> waited = run.waited().toCompletableFuture().get();
    List<ScriptRun> bad = waited.stream().filter(each -> each.outcome() != Outcome.DONE).toList();
    if (!bad.isEmpty()) {
      boolean late = bad.stream().allMatch(each -> each.outcome() == Outcome.TIMED_OUT);
      return new StepResult(
          late ? StepResult.Status.TIMED_OUT : StepResult.Status.FAILED,
          bad.stream()
              .map(each -> each.script() + ": " + each.message())
              .collect(Collectors.joining(" ")));
    }
    if (!run.all().toCompletableFuture().isDone()) {
      return new StepResult(
          StepResult.Status.BACKGROUND, "Scripts of " + what + " go on in the background");
    }
    String said =
        waited.stream()
            .map(ScriptRun::message)
            .filter(message -> !message.isEmpty())
            .collect(Collectors.joining(" "));
    return StepResult.done(
        said.isEmpty() ? waited.size() + " scripts of " + what + " were waited for" : said);
  }
}
