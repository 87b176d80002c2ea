package kds.core.config;

import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.Node;

/**
 * A place in the file.
 *
 * @param line counted from 1; 0 for the file as a whole
 * @param column counted from 1
 */
record Spot(int line, int column) {
  static final Spot FILE = new Spot(0, 0);

  static Spot of(Mark mark) {
    return new Spot(mark.getLine() + 1, mark.getColumn() + 1);
  }

  static Spot of(Node node) {
    return of(node.getStartMark());
  }

  /** The place of the character at this index. */
  static Spot at(CharSequence text, int index) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < index; i++) {
      boolean ends = text.charAt(i) == '\n';
      line += ends ? 1 : 0;
      column = ends ? 1 : column + 1;
    }
    return new Spot(line, column);
  }
}
