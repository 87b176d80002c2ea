package kds.core.config;

import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.ScalarEvent;

/** What a file may not have too much of, counted while it is gone through. */
final class Limits {
  static final int MOST_DEPTH = 12;
  static final int MOST_ALIASES = 20;

  private int aliases;
  private int depth;

  /** Each alias and each level is a place where a small file can become a large one. */
  void check(Event event) throws BadConfigException {
    depth += event instanceof CollectionStartEvent ? 1 : 0;
    depth -= event instanceof CollectionEndEvent ? 1 : 0;
    aliases += event instanceof AliasEvent ? 1 : 0;
    if (aliases > MOST_ALIASES) {
      throw bad(
          event,
          "There are more than " + MOST_ALIASES + " aliases (*name) in the file.",
          "Write the values out.");
    }
    if (depth > MOST_DEPTH) {
      throw bad(
          event,
          "Blocks and lists are nested more than " + MOST_DEPTH + " deep.",
          "Take the inner ones out; no key is that deep.");
    }
    if (!isReadable(event)) {
      throw bad(event, "The tag here cannot be read.", Document.NO_TAG);
    }
  }

  /** A tag that is white space, as {@code !%0b} is, throws the library off. */
  private static boolean isReadable(Event event) {
    String tag =
        switch (event) {
          case ScalarEvent scalar -> scalar.getTag();
          case CollectionStartEvent collection -> collection.getTag();
          default -> null;
        };
    return tag == null || !tag.isEmpty() && tag.trim().equals(tag);
  }

  private static BadConfigException bad(Event event, String what, String remedy) {
    return new BadConfigException(Spot.of(event.getStartMark()), "", what, remedy);
  }
}
