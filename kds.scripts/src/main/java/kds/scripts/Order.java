package kds.scripts;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Scripts in the order in which they begin: by name, except that one that asks to be after others
 * moves behind them.
 *
 * @param scripts in order
 * @param complaints what could not be done as asked, in words
 */
record Order(List<Script> scripts, List<String> complaints) {
  static Order of(List<Script> byName) {
    Map<String, Script> names = new LinkedHashMap<>();
    byName.forEach(script -> names.put(script.fileName(), script));
    Sorting sorting = new Sorting(names);
    byName.forEach(sorting::place);
    return sorting.cycle
        ? new Order(List.copyOf(byName), sorting.complaints)
        : new Order(sorting.placed, sorting.complaints);
  }

  private static final class Sorting {
    private final Map<String, Script> names;
    private final List<Script> placed = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final Set<String> done = new HashSet<>();
    private final List<String> path = new ArrayList<>();
    private boolean cycle;

    Sorting(Map<String, Script> names) {
      this.names = names;
    }

    void place(Script script) {
      String name = script.fileName();
      if (path.contains(name)) {
        cycle = true;
        complaints.add(
            "Each of these scripts asks to be after the next: "
                + String.join(", ", path.subList(path.indexOf(name), path.size()))
                + ". All scripts of the folder are run by name until that is mended.");
        return;
      }
      if (!done.contains(name)) {
        path.add(name);
        script.header().after().forEach(other -> placeBefore(name, other));
        path.removeLast();
        if (done.add(name)) {
          placed.add(script);
        }
      }
    }

    private void placeBefore(String name, String other) {
      Script found = names.get(other);
      if (found == null) {
        complaints.add(
            name
                + " asks to be after "
                + other
                + ", which is not in its folder. It is run anyway.");
      } else {
        place(found);
      }
    }
  }
}
