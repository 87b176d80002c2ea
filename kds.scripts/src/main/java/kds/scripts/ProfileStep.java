package kds.scripts;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import kds.api.capability.Gates;
import kds.api.host.HostException;
import kds.api.host.HostFiles;
import kds.api.host.StateFiles;
import kds.api.script.FolderRun;
import kds.api.script.ScriptRun;
import kds.api.script.Scripts;
import kds.api.session.SessionContext;
import kds.api.session.SessionStep;
import kds.api.session.StepResult;
import kds.scripts.ProfileNote.Home;
import kds.scripts.ProfileNote.Standing;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The built-ins that bring a user's profile and save it. With several sessions of one user it is
 * brought for his first and saved after his last one: in between his home is in use.
 *
 * <p>What is in a home is never replaced while it may be nowhere else: see {@link ProfileNote}.
 */
@Component(service = SessionStep.class, immediate = true, configurationPid = ScriptsConfig.PID)
@SatisfyingConditionTarget("(osgi.condition.id=kds.scripts)")
public final class ProfileStep extends ScriptStep {
  private static final Logger LOG = LoggerFactory.getLogger(ProfileStep.class);
  private static final String LOAD = "load_persistent_profile.sh";
  private static final String SAVE = "save_persistent_profile.sh";

  private final StateFiles states;
  private final HostFiles files;
  private volatile UnsavedProfile unsaved;

  /**
   * Made by Declarative Services.
   *
   * @throws IllegalArgumentException when the configuration cannot be read
   */
  @Activate
  public ProfileStep(
      @Reference Gates gates,
      @Reference StateFiles states,
      @Reference HostFiles files,
      ScriptsConfig config) {
    this(gates, states, files, UnsavedProfile.of(config.unsaved_profile()));
  }

  ProfileStep(Gates gates, StateFiles states, HostFiles files, UnsavedProfile unsaved) {
    super("profile", 300, 300, gates);
    this.states = states;
    this.files = files;
    this.unsaved = unsaved;
  }

  @Modified
  void configure(ScriptsConfig config) {
    try {
      unsaved = UnsavedProfile.of(config.unsaved_profile());
    } catch (IllegalArgumentException e) {
      LOG.error("What is done with unsaved profiles stays as it was. {}", e.getMessage());
    }
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
    ProfileNote note = ProfileNote.of(states, files, context);
    try {
      Optional<StepResult> instead = unsaved(context, note);
      return instead.isPresent() ? instead.get() : load(context, note);
    } catch (HostException e) {
      return StepResult.failed(
          "How far the profile was brought cannot be noted down, so it will not be saved: "
              + e.getMessage());
    }
  }

  /**
   * A home that has not been saved since a profile came to it, or a part of one, may hold what is
   * nowhere else. Nothing replaces it then.
   *
   * @return why no profile is brought; empty when one may be
   */
  private Optional<StepResult> unsaved(SessionContext context, ProfileNote note) throws Exception {
    Standing standing = note.read();
    if (standing == Standing.WHOLE && note.isOfThisSession()) {
      return Optional.of(StepResult.done("It had been brought when the service was interrupted"));
    }
    if (standing == Standing.NONE || standing == Standing.BEGUN) {
      return Optional.empty();
    }
    Home home = note.home();
    if (home == Home.GONE) {
      return Optional.empty();
    }
    if (standing == Standing.FAILED) {
      return note.isOfThisSession() ? Optional.empty() : Optional.of(part(note));
    }
    if (home == Home.SAME && standing == Standing.WHOLE) {
      return Optional.of(
          StepResult.skipped("A session of this user that ended meanwhile has brought it"));
    }
    if (home == Home.SAME && unsaved == UnsavedProfile.SAVE) {
      return saveLate(context, note);
    }
    note.write(Standing.UNSAVED);
    return Optional.of(kept(note, home));
  }

  private Optional<StepResult> saveLate(SessionContext context, ProfileNote note) throws Exception {
    context.tell("The last session's profile was not saved; that is done first");
    StepResult saved = save(context, note);
    return switch (saved.status()) {
      case DONE -> Optional.empty();
      case SKIPPED -> Optional.of(saved);
      default ->
          Optional.of(
              new StepResult(
                  saved.status(),
                  "The profile was not brought, because the home holds work that could not be saved,"
                      + " and would be replaced by what is older. The home is used as it is, and"
                      + " saved at the session's end; mend what "
                      + SAVE
                      + " tells: "
                      + saved.message()));
    };
  }

  private static StepResult kept(ProfileNote note, Home home) {
    return StepResult.failed(
        "The profile is neither brought nor saved: the home holds work of an earlier session that"
            + " could not be saved, and what is stored may have been saved elsewhere since."
            + (home == Home.UNSURE
                ? " Nor can it be told whether the home is still the one that holds it."
                : "")
            + " The home is used as it is. Save by hand what is to last of the two, then remove "
            + note.where()
            + ". Where users have this server alone, scripts.unsaved_profile: save does it for"
            + " you.");
  }

  private static StepResult part(ProfileNote note) {
    return StepResult.failed(
        "The profile is neither brought nor saved: "
            + LOAD
            + " failed at the start of an earlier session, and what was done in that one would be"
            + " replaced, or what is stored by a part of it. The home is used as it is. Save by hand"
            + " what is needed of it, mend that script, then remove "
            + note.where()
            + ": the next start brings the profile anew.");
  }

  private StepResult load(SessionContext context, ProfileNote note) throws Exception {
    note.write(Standing.BEGUN);
    StepResult result = run(LOAD, context);
    if (result.status() != StepResult.Status.SKIPPED) {
      note.write(result.bad() ? Standing.FAILED : Standing.WHOLE);
    }
    return result;
  }

  @Override
  public StepResult end(SessionContext context) throws Exception {
    if (isNameless(context)) {
      return nobody();
    }
    ProfileNote note = ProfileNote.of(states, files, context);
    return switch (note.read()) {
      case WHOLE -> note.home() == Home.GONE ? gone() : save(context, note);
      case UNSAVED -> endUnsaved(context, note);
      case FAILED ->
          StepResult.failed(
              "It is not saved, because "
                  + LOAD
                  + " failed at the start: what is stored would be replaced by a part of it. The home"
                  + " stays as it is. Save by hand what is needed of it, mend that script, then"
                  + " remove "
                  + note.where()
                  + ": until then no start replaces it.");
      case BEGUN ->
          StepResult.skipped(
              "It is not saved, because it was not brought to its end at the start.");
      case NONE ->
          StepResult.skipped("It is not saved, because none was brought, or it was saved already.");
    };
  }

  private StepResult endUnsaved(SessionContext context, ProfileNote note) throws Exception {
    Home home = note.home();
    if (home == Home.GONE) {
      return gone();
    }
    boolean may = home == Home.SAME && unsaved == UnsavedProfile.SAVE;
    return may || note.isOfThisSession() ? save(context, note) : kept(note, home);
  }

  private static StepResult gone() {
    return StepResult.failed(
        "It is not saved, because the home is not the one to which it was brought: what is stored"
            + " would be replaced by what is in another one. Look whether the home was removed or"
            + " is not mounted.");
  }

  private StepResult save(SessionContext context, ProfileNote note) throws Exception {
    note.trySave();
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
