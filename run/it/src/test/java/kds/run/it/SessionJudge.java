package kds.run.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import kds.run.it.KillHooks.Mark;
import kds.run.it.SessionCalls.Answer;
import tools.jackson.databind.JsonNode;

/**
 * Holds what the service tells of a session that nobody works on against what its scripts really
 * did and what the control plane knows: built-ins at least once, hooks at most once or unknown,
 * nothing that was answered forgotten, no process left that should not live (design, section 4).
 */
final class SessionJudge {
  private static final Set<String> GOOD = Set.of("done", "skipped", "background");
  private static final List<String> START = List.of("start-root", "start-app");
  private static final List<String> END = List.of("end-user", "end-root");
  private static final List<String> HOOKS =
      List.of("start-root", "start-app", "back-slow", "back-user", "end-user", "end-root");

  private final KillHooks hooks;
  private final Tale tale;
  private final Answer now;
  private final List<Mark> marks;
  private final List<String> complaints = new ArrayList<>();

  private SessionJudge(KillHooks hooks, Tale tale, Answer now) throws IOException {
    this.hooks = hooks;
    this.tale = tale;
    this.now = now;
    this.marks = hooks.of(tale.kasmId);
  }

  /**
   * What is wrong with a session; nothing when all is well.
   *
   * @param now what the service tells of it
   * @param runs what it tells of the session's scripts
   */
  static List<String> complaints(KillHooks hooks, Tale tale, Answer now, JsonNode runs)
      throws IOException {
    SessionJudge judge = new SessionJudge(hooks, tale, now);
    judge.judge(runs);
    return judge.complaints.stream().map(text -> tale + ": " + text + "\n  " + now).toList();
  }

  private void judge(JsonNode runs) throws IOException {
    if (now.status() == 404) {
      require(!tale.started, "a start that was answered is forgotten");
      require(marks.isEmpty(), "scripts ran for a session that is not known: " + marks);
      return;
    }
    require(now.status() == 200, "it cannot be looked at");
    boolean over = now.state().equals("ended");
    require(over || now.state().equals("running"), "it is neither running nor ended");
    require(over || !tale.ended, "an end that was answered is forgotten");
    require(!over || tale.ending, "it has ended, and nobody asked for that");
    judgeSteps(over);
    HOOKS.forEach(hook -> require(count("begin", hook) <= 1, hook + " ran more than once"));
    marks.stream().filter(SessionJudge::isBeside).forEach(this::complainOfBeside);
    judgeProcesses(over);
    judgeProfile();
    judgeRuns(runs, over);
  }

  private void require(boolean held, String otherwise) {
    if (!held) {
      complaints.add(otherwise);
    }
  }

  private int count(String what, String script) {
    return (int) marks.stream().filter(mark -> mark.is(what, script)).count();
  }

  // Steps

  private void judgeSteps(boolean over) {
    for (JsonNode step : now.body().path("steps")) {
      String name = step.path("name").asString("") + " " + step.path("phase").asString("");
      String status = step.path("status").asString("");
      switch (status) {
        case "unknown" ->
            require(name.startsWith("scripts ") || isOfCutStart(step), name + " is unknown");
        case "failed" -> require(isCut(step), name + " has failed");
        default -> require(GOOD.contains(status), name + " is " + status);
      }
      judge(name, isDone(step));
    }
    boolean begun = !now.body().path("outcome").isMissingNode();
    require(over || begun, "it runs, and nobody knows how it began");
    require(!begun || has("scripts", "start"), "it has begun without its scripts");
    require(!begun || !over || has("scripts", "end"), "it has ended without its scripts");
    require(!begun || !over || has("profile", "end"), "it has ended without its profile");
    if (!has("scripts", "start")) {
      START.forEach(hook -> require(count("begin", hook) == 0, hook + " ran, and is not told"));
    }
    if (!has("scripts", "end")) {
      END.forEach(hook -> require(count("begin", hook) == 0, hook + " ran, and is not told"));
    }
  }

  /** With a start that the end had given up nobody goes on after a crash, built-ins or not. */
  private boolean isOfCutStart(JsonNode step) {
    return tale.cut && step.path("phase").asString("").equals("start");
  }

  private boolean isCut(JsonNode step) {
    return isOfCutStart(step)
        && step.path("message").asString("").startsWith("It was stopped for the end");
  }

  private boolean has(String name, String phase) {
    return now.body().path("steps").valueStream().anyMatch(step -> is(step, name, phase));
  }

  private static boolean is(JsonNode step, String name, String phase) {
    return step.path("name").asString("").equals(name)
        && step.path("phase").asString("").equals(phase);
  }

  private void judge(String step, boolean done) {
    switch (step) {
      case "profile start" -> requireDone("load", done);
      case "profile end" -> require(!done || isSavedSince(), "save is told done, and was not");
      case "scripts start" -> START.forEach(hook -> requireOnce(hook, done));
      case "scripts end" -> END.forEach(hook -> requireOnce(hook, done));
      default -> {
        // Nothing of it leaves marks.
      }
    }
  }

  /** A save before the load is that of an earlier session, which was made up for. */
  private boolean isSavedSince() {
    boolean saved = false;
    for (Mark mark : marks) {
      saved = mark.is("end", "save") || saved && !mark.is("end", "load");
    }
    return saved;
  }

  private void requireDone(String builtin, boolean done) {
    require(!done || count("end", builtin) >= 1, builtin + " is told done, and was not");
  }

  private void requireOnce(String hook, boolean done) {
    boolean once = count("begin", hook) == 1 && count("end", hook) == 1;
    require(!done || once, hook + " is told done, and was not done once");
  }

  // Processes

  private static boolean isBeside(Mark mark) {
    return mark.what().equals("beside");
  }

  /**
   * What is in the background runs beside other steps of the start; nothing else runs at one time.
   */
  private void complainOfBeside(Mark mark) {
    String[] both = {mark.script(), mark.process()};
    boolean ending = both[0].startsWith("end-") || both[0].equals("save");
    boolean background = both[0].startsWith("back-") || both[1].startsWith("back-");
    require(!ending && background, both[0] + " began while " + both[1] + " still ran");
  }

  private void judgeProcesses(boolean over) {
    for (Mark mark : marks) {
      boolean heir = mark.is("child", "start-app");
      if (mark.what().equals("begin") || mark.what().equals("child")) {
        boolean may = !over && (heir || mark.what().equals("begin"));
        require(may || !mark.lives(), "its process lives: " + mark);
      }
      if (heir && !over && isDone("scripts", "start")) {
        require(mark.lives(), "what its script left behind was ended: " + mark);
      }
    }
  }

  private boolean isDone(String name, String phase) {
    return now.body()
        .path("steps")
        .valueStream()
        .anyMatch(step -> is(step, name, phase) && isDone(step));
  }

  /** Whether what it waits for is done: something in the background may go on, or be lost. */
  private static boolean isDone(JsonNode step) {
    String status = step.path("status").asString("");
    return status.equals("done")
        || status.equals("background")
        || status.equals("unknown")
            && step.path("message").asString("").contains("went on in the background");
  }

  /**
   * Each session begins with the user's profile in its place, whichever of them brought it, and
   * what was done in one is saved before the profile is brought again.
   */
  private void judgeProfile() throws IOException {
    boolean there = false;
    boolean unsaved = false;
    for (String line : hooks.ofUser(tale.user)) {
      String what = line.substring(0, line.indexOf(' '));
      if (what.equals("start") && line.endsWith(tale.kasmId)) {
        require(there, "it began without its user's profile");
      }
      if (what.equals("load") && line.endsWith(tale.kasmId)) {
        require(!unsaved, "its load replaced what was not saved");
      }
      unsaved = what.equals("start") || unsaved && !what.equals("save");
      there = what.equals("load") || there && !what.equals("save");
    }
  }

  // What is told of scripts

  private void judgeRuns(JsonNode runs, boolean over) throws IOException {
    for (JsonNode run : runs) {
      String script = run.path("script").asString("");
      String outcome = run.path("outcome").asString("");
      require(!over || !outcome.equals("running"), script + " is told to run");
    }
    for (Mark mark : marks) {
      if (mark.what().equals("begin") && isBrokenOff(mark)) {
        boolean told = runs.valueStream().anyMatch(SessionJudge::isBrokenOff);
        require(told, mark.script() + " was broken off, and no run tells so");
      }
    }
  }

  /** Its end is looked for once it is dead: one in the background may just have been at it. */
  private boolean isBrokenOff(Mark begun) throws IOException {
    return !begun.lives()
        && hooks.of(tale.kasmId).stream().noneMatch(mark -> mark.is("end", begun.script()));
  }

  private static boolean isBrokenOff(JsonNode run) {
    return Set.of("unknown", "ended").contains(run.path("outcome").asString(""));
  }
}
