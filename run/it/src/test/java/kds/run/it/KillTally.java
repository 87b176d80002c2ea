package kds.run.it;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** What a campaign of kills met, for people. */
final class KillTally {
  private final Map<String, Integer> met = new TreeMap<>();
  private final Set<String> judged = new HashSet<>();
  private final Set<String> unknown = new HashSet<>();
  private int acknowledged;
  private int unanswered;
  private int spoiled;

  /** A journal as a kill left it: in which step the session was, or between which. */
  void met(JsonNode journal) {
    String state = journal.path("state").asString("");
    if (!state.equals("STARTING") && !state.equals("ENDING")) {
      return;
    }
    String at = "between two steps";
    for (JsonNode step : journal.path("steps")) {
      if (step.path("result").isNull() || step.path("result").isMissingNode()) {
        at = step.path("name").asString("") + " " + step.path("phase").asString("");
      }
    }
    met.merge(state + ", " + at, 1, Integer::sum);
  }

  /** A session that was looked at. */
  synchronized void judged(JsonNode report) {
    String kasmId = report.path("kasm_id").asString("");
    if (kasmId.isEmpty()) {
      return;
    }
    judged.add(kasmId);
    if (report
        .path("steps")
        .valueStream()
        .anyMatch(step -> step.path("status").asString("").equals("unknown"))) {
      unknown.add(kasmId);
    }
  }

  void spoiled() {
    spoiled++;
  }

  void over(Tale tale) {
    acknowledged += (tale.started ? 1 : 0) + (tale.ended ? 1 : 0);
    unanswered += tale.started || tale.refused ? 0 : 1;
  }

  int acknowledged() {
    return acknowledged;
  }

  @Override
  public String toString() {
    return "%d sessions judged, %d starts and ends answered, %d starts not; %d sessions with hooks unknown; %d journals spoiled; a kill met %s"
        .formatted(judged.size(), acknowledged, unanswered, unknown.size(), spoiled, met);
  }
}
