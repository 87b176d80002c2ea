package kds.scripts;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import kds.api.capability.Gates;
import kds.api.script.FolderRun;
import kds.api.script.ScriptRun;
import kds.api.script.Scripts;
import kds.api.session.SessionContext;
import kds.api.session.SessionStep;
import kds.api.session.StepResult;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;

/**
 * The built-ins that bring a user's profile and save it. With several sessions of one user it is
 * brought for his first and saved after his last one: in between his home is in use.
 */
@Component(service = SessionStep.class, immediate = true)
@SatisfyingConditionTarget("(osgi.condition.id=kds.scripts)")
public final class ProfileStep extends ScriptStep {
  /** Made by Declarative Services. */
  @Activate
  public ProfileStep(@Reference Gates gates) {
    super("profile", 300, 300, gates);
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
  public StepResult start(SessionContext context) throws Exception {
    return context.otherSessions() > 0
        ? StepResult.skipped("Another session of this user uses the profile")
        : run("load_persistent_profile.sh", context);
  }

  @Override
  public StepResult end(SessionContext context) throws Exception {
    return run("save_persistent_profile.sh", context);
  }

  private StepResult run(String builtin, SessionContext context) throws Exception {
    if (context.request().session().username() == null) {
      return StepResult.skipped("There is no known system user, so no built-in script is run");
    }
    return entrance().step(context, builtin, scripts -> alone(scripts, builtin, context));
  }

  private static FolderRun alone(Scripts scripts, String builtin, SessionContext context) {
    CompletionStage<List<ScriptRun>> run =
        scripts.builtin(builtin, context, Map.of()).thenApply(List::of);
    return new FolderRun(run, run);
  }
}
