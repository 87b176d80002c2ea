package kds.core.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Changes single values in the text of a file, so that everything else stays as it is, byte for
 * byte. Cut and paste by the marks of the node tree, not a new serialisation, which would lose
 * alignment and quotes.
 */
final class TextEdit {
  private static final List<List<String>> FLAG_WORDS =
      List.of(List.of("true", "false"), List.of("yes", "no"), List.of("on", "off"));

  private TextEdit() {}

  /**
   * Sets a key.
   *
   * @param key its one or two levels
   * @throws BadConfigException when the text is not well-formed, or the result would say anything
   *     else than before but for this key
   */
  static String set(String text, List<String> key, Object value) throws BadConfigException {
    Document before = Document.of(text);
    NodeTuple top = Document.entry(before.root(), key.getFirst());
    String after;
    if (key.size() == 1) {
      after =
          top == null
              ? add(text, before.root(), key.getFirst() + ": " + fresh(value))
              : replace(text, top, value);
    } else {
      after = setInner(text, before.root(), top, key, value);
    }
    verify(before, after, key, value);
    return after;
  }

  private static String setInner(
      String text, MappingNode root, @Nullable NodeTuple top, List<String> key, Object value)
      throws BadConfigException {
    String line = key.getLast() + ": " + quoted(value);
    if (top == null) {
      String inner = isFlow(root) ? "{ " + line + " }" : end(text) + indent(root) + "  " + line;
      return add(text, root, key.getFirst() + ":" + (isFlow(root) ? " " : "") + inner);
    }
    if (!(top.getValueNode() instanceof MappingNode block)) {
      return replaceRaw(text, top, "{ " + line + " }");
    }
    if (block.getValue().isEmpty()) {
      return replaceRaw(text, top, "{ " + line + " }");
    }
    NodeTuple entry = Document.entry(block, key.getLast());
    if (entry == null) {
      return add(text, block, line);
    }
    boolean empty = Document.isEmpty(entry.getValueNode());
    return empty ? replaceRaw(text, entry, quoted(value)) : replace(text, entry, value);
  }

  /** Puts an entry after the last one of a mapping. */
  private static String add(String text, MappingNode mapping, String entry) {
    if (isFlow(mapping)) {
      Node last = mapping.getValue().getLast().getValueNode();
      return insert(text, index(text, last.getEndMark()), ", " + entry);
    }
    int at = lineEnd(text, index(text, lastMark(mapping)));
    String before = at > 0 && text.charAt(at - 1) == '\n' ? "" : end(text);
    return insert(text, at, before + indent(mapping) + entry + end(text));
  }

  /** Where the last thing written in a mapping ends. */
  private static Mark lastMark(MappingNode mapping) {
    Node last = mapping.getValue().getLast().getValueNode();
    Node key = mapping.getValue().getLast().getKeyNode();
    if (last instanceof MappingNode inner && !isFlow(inner) && !inner.getValue().isEmpty()) {
      return later(lastMark(inner), key.getEndMark());
    }
    if (last instanceof SequenceNode sequence
        && sequence.getFlowStyle() != FlowStyle.FLOW
        && !sequence.getValue().isEmpty()) {
      return later(sequence.getValue().getLast().getEndMark(), key.getEndMark());
    }
    return later(last.getEndMark(), key.getEndMark());
  }

  /** An alias has the marks of what it stands for, which is further up. */
  private static Mark later(Mark a, Mark b) {
    return a.getIndex() > b.getIndex() ? a : b;
  }

  private static String replace(String text, NodeTuple tuple, Object value) {
    String present =
        tuple.getValueNode() instanceof ScalarNode scalar && !Document.isEmpty(scalar)
            ? like(scalar, value)
            : fresh(value);
    return replaceRaw(text, tuple, present);
  }

  private static String replaceRaw(String text, NodeTuple tuple, String value) {
    Node node = tuple.getValueNode();
    int keyEnd = index(text, tuple.getKeyNode().getEndMark());
    int start = index(text, node.getStartMark());
    int end = index(text, node.getEndMark());
    if (start < keyEnd) {
      // An alias stands here: *name.
      start = text.indexOf('*', keyEnd);
      end = start;
      while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
        end++;
      }
    }
    boolean touches = start > 0 && text.charAt(start - 1) == ':';
    return text.substring(0, start) + (touches ? " " : "") + value + text.substring(end);
  }

  /** The value, written as the one it replaces was. */
  private static String like(ScalarNode old, Object value) {
    String word = value instanceof Boolean flag ? flagLike(old.getValue(), flag) : text(value);
    if (old.getScalarStyle() == ScalarStyle.DOUBLE_QUOTED) {
      return doubleQuoted(word);
    }
    if (old.getScalarStyle() == ScalarStyle.SINGLE_QUOTED) {
      return "'" + word.replace("'", "''") + "'";
    }
    return value instanceof String ? bare(word) : word;
  }

  private static String flagLike(String old, boolean value) {
    for (List<String> words : FLAG_WORDS) {
      if (words.contains(old.toLowerCase(Locale.ROOT))) {
        return capitalsLike(old, words.get(value ? 0 : 1));
      }
    }
    return Boolean.toString(value);
  }

  private static String capitalsLike(String old, String word) {
    if (old.equals(old.toUpperCase(Locale.ROOT))) {
      return word.toUpperCase(Locale.ROOT);
    }
    return Character.isUpperCase(old.charAt(0))
        ? word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1)
        : word;
  }

  private static String bare(String word) {
    boolean safe =
        word.matches("[A-Za-z0-9_./-]+")
            && new Resolver().resolve(NodeId.scalar, word, true).equals(Tag.STR);
    return safe && !word.startsWith("-") ? word : doubleQuoted(word);
  }

  private static String fresh(Object value) {
    return value instanceof String string ? doubleQuoted(string) : text(value);
  }

  /** For switches: in quotes, because readers of YAML 1.1 and 1.2 differ about {@code on}. */
  private static String quoted(Object value) {
    return value instanceof Boolean on ? (on ? "\"on\"" : "\"off\"") : doubleQuoted(text(value));
  }

  private static String doubleQuoted(String word) {
    return "\"" + word.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static String text(Object value) {
    return String.valueOf(value);
  }

  private static boolean isFlow(MappingNode mapping) {
    return mapping.getFlowStyle() == FlowStyle.FLOW;
  }

  private static String indent(MappingNode mapping) {
    return " ".repeat(mapping.getValue().getFirst().getKeyNode().getStartMark().getColumn());
  }

  private static String end(String text) {
    return text.contains("\r\n") ? "\r\n" : "\n";
  }

  private static int lineEnd(String text, int from) {
    boolean atStart = from > 0 && text.charAt(from - 1) == '\n';
    int newline = text.indexOf('\n', from);
    return atStart ? from : newline < 0 ? text.length() : newline + 1;
  }

  private static String insert(String text, int at, String addition) {
    return text.substring(0, at) + addition + text.substring(at);
  }

  /** Marks count code points. */
  private static int index(String text, Mark mark) {
    return text.offsetByCodePoints(0, mark.getIndex());
  }

  private static void verify(Document before, String after, List<String> key, Object value)
      throws BadConfigException {
    Map<String, Object> wanted = before.meaning();
    Map<String, Object> found = Document.of(after).meaning();
    Object written = take(found, key);
    take(wanted, key);
    boolean same = wanted.equals(found) && written instanceof String text && says(text, value);
    if (!same) {
      NodeTuple top = Document.entry(before.root(), key.getFirst());
      throw new BadConfigException(
          top == null ? Spot.FILE : Spot.of(top.getKeyNode()),
          String.join(".", key),
          "This cannot be changed without changing something else.",
          "Write it as a plain 'key: value', without anchors (&name).");
    }
  }

  private static boolean says(String meaning, Object value) {
    String written = meaning.substring(meaning.indexOf(' ') + 1);
    return value instanceof Boolean flag
        ? flag.equals(Values.flag(written))
        : written.equals(text(value));
  }

  @SuppressWarnings("unchecked")
  private static @Nullable Object take(Map<String, Object> meaning, List<String> key) {
    if (key.size() == 1) {
      return meaning.remove(key.getFirst());
    }
    if (!(meaning.get(key.getFirst()) instanceof Map<?, ?> block)) {
      meaning.remove(key.getFirst());
      return null;
    }
    Map<String, Object> inner = new LinkedHashMap<>((Map<String, Object>) block);
    Object taken = inner.remove(key.getLast());
    if (inner.isEmpty()) {
      meaning.remove(key.getFirst());
    } else {
      meaning.put(key.getFirst(), inner);
    }
    return taken;
  }
}
