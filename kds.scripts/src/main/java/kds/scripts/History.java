package kds.scripts;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The runs that go on and the last that are over, newest first. Thread-safe. */
final class History {
  private final Deque<Run> runs = new ArrayDeque<>();

  synchronized void add(Run run, int keep) {
    runs.addFirst(run);
    int over = (int) runs.stream().filter(Run::isOver).count() - keep;
    for (Iterator<Run> oldest = runs.descendingIterator(); over > 0 && oldest.hasNext(); ) {
      if (oldest.next().isOver()) {
        oldest.remove();
        over--;
      }
    }
  }

  synchronized List<Run> of(Optional<String> kasmId) {
    List<Run> found = new ArrayList<>(runs);
    kasmId.ifPresent(id -> found.removeIf(run -> !id.equals(run.kasmId())));
    return found;
  }

  synchronized Optional<Run> find(String id) {
    return runs.stream().filter(run -> run.id().equals(id)).findFirst();
  }
}
