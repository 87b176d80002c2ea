package kds.scripts;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import kds.api.capability.Gates;
import kds.api.host.HostException;
import kds.api.host.StateFiles;
import kds.api.script.FolderRun;
import kds.api.script.ScriptRun;
import kds.api.script.Scripts;
import kds.api.session.SessionContext;
import kds.api.session.SessionStep;
import kds.api.session.StepResult;
import kds.scripts.ProfileNote.Standing;
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
  private static final String LOAD = "load_persistent_profile.sh";
  private static final String SAVE = "save_persistent_profile.sh";

  private final StateFiles states;

  /** Made by Declarative Services. */
  @Activate
  public ProfileStep(@Reference Gates gates, @Reference StateFiles states) {
    super("profile", 300, 300, gates);
    this.states = states;
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
    if (context.otherSessions() > 0) {
      return StepResult.skipped("Another session of this user uses the profile");
    }
    if (isNameless(context)) {
      return nobody();
    }
    ProfileNote note = ProfileNote.of(states, context);
    try {
      note.write(Standing.BEGUN);
      StepResult result = run(LOAD, context);
      if (result.status() != StepResult.Status.SKIPPED) {
        note.write(result.bad() ? Standing.FAILED : Standing.WHOLE);
      }
      return result;
    } catch (HostException e) {
      return StepResult.failed(
          "How far the profile was brought cannot be noted down, so it will not be saved: "
              + e.getMessage());
    }
  }

  @Override
  public StepResult end(SessionContext context) throws Exception {
    if (isNameless(context)) {
      return nobody();
    }
    ProfileNote note = ProfileNote.of(states, context);
    return switch (note.read()) {
      case WHOLE -> save(context, note);
      case FAILED ->
          StepResult.failed(
              "It is not saved, because "
                  + LOAD
                  + " failed at the start: what is stored would be replaced by a part of it. The home"
                  + " stays as it is; save by hand what is needed of it, and mend that script.");
      case BEGUN ->
          StepResult.skipped(
              "It is not saved, because it was not brought to its end at the start.");
      case NONE ->
          StepResult.skipped("It is not saved, because none was brought, or it was saved already.");
    };
  }

  private StepResult save(SessionContext context, ProfileNote note) throws Exception {
    StepResult result = run(SAVE, context);
    if (result.status() == StepResult.Status.DONE) {
      note.forget();
    }
    return result;
  }

  private static boolean isNameless(SessionContext context) {
    return context.request().session().username() == null;
  }

  private static StepResult nobody() {
    return StepResult.skipped("There is no known system user, so no built-in script is run");
  }

  private StepResult run(String builtin, SessionContext context) throws Exception {
    return entrance().step(context, builtin, scripts -> alone(scripts, builtin, context));
  }

  private static FolderRun alone(Scripts scripts, String builtin, SessionContext context) {
    CompletionStage<List<ScriptRun>> run =
        scripts.builtin(builtin, context, Map.of()).thenApply(List::of);
    return new FolderRun(run, run);
  }
}
