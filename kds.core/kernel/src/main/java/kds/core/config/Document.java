package kds.core.config;

import java.io.StringReader;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A well-formed file: one mapping of text keys, none of them twice, of limited depth, without
 * foreign tags. Nothing is constructed: the node tree knows where each thing stands.
 */
final class Document {
  /** Longest file that is read; the documented one has 800 bytes. */
  static final int MOST_BYTES = 256 * 1024;

  /** The scanner's words where a colon is missing; it finds out further down. */
  private static final String NO_COLON = "could not find expected ':'";

  static final String NO_TAG = "Remove the tag (the word with the exclamation mark).";

  private static final Set<Tag> PLAIN =
      Set.of(Tag.STR, Tag.BOOL, Tag.INT, Tag.FLOAT, Tag.NULL, Tag.TIMESTAMP, Tag.SEQ, Tag.MAP);

  private final MappingNode root;

  private Document(MappingNode root) {
    this.root = root;
  }

  static Document of(String text) throws BadConfigException {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(Limits.MOST_ALIASES);
    options.setNestingDepthLimit(Limits.MOST_DEPTH);
    options.setCodePointLimit(MOST_BYTES);
    Yaml yaml = new Yaml(new SafeConstructor(options));
    try {
      limit(yaml, text);
      Node node = yaml.compose(new StringReader(text));
      MappingNode root = mapping(node);
      examine(root, "", Collections.newSetFromMap(new IdentityHashMap<>()));
      return new Document(root);
    } catch (MarkedYAMLException e) {
      throw syntax(e, text);
    } catch (YAMLException e) {
      throw new BadConfigException(
          Spot.FILE, "", "The file is not YAML: " + oneLine(e.getMessage()) + ".", "Mend it.");
    }
  }

  MappingNode root() {
    return root;
  }

  /** The entry of this mapping with this key. */
  static @Nullable NodeTuple entry(MappingNode mapping, String key) {
    for (NodeTuple tuple : mapping.getValue()) {
      if (name(tuple).equals(key)) {
        return tuple;
      }
    }
    return null;
  }

  static String name(NodeTuple tuple) {
    return ((ScalarNode) tuple.getKeyNode()).getValue();
  }

  static boolean isEmpty(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  /** What the file says, without how it is written: for comparing two of them. */
  Map<String, Object> meaning() {
    return meaning(root);
  }

  private static Map<String, Object> meaning(MappingNode mapping) {
    Map<String, Object> all = new LinkedHashMap<>();
    mapping.getValue().forEach(tuple -> all.put(name(tuple), meaning(tuple.getValueNode())));
    return all;
  }

  private static Object meaning(Node node) {
    return switch (node) {
      case MappingNode mapping -> meaning(mapping);
      case SequenceNode sequence -> sequence.getValue().stream().map(Document::meaning).toList();
      case ScalarNode scalar -> scalar.getTag() + " " + scalar.getValue();
      default -> throw new IllegalStateException("A node of kind " + node.getNodeId());
    };
  }

  /** Goes through the file once before anything is made of it. */
  private static void limit(Yaml yaml, String text) throws BadConfigException {
    Spot last = Spot.FILE;
    try {
      Limits limits = new Limits();
      for (Event event : yaml.parse(new StringReader(text))) {
        last = Spot.of(event.getEndMark());
        limits.check(event);
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new BadConfigException(
          last,
          keyOn(text, last),
          "What follows here is not YAML, and the parser stumbles over it: " + e.getMessage(),
          "Look for a backslash between double quotes; between single quotes it is allowed.");
    }
  }

  private static MappingNode mapping(@Nullable Node node) throws BadConfigException {
    if (node instanceof MappingNode mapping && !mapping.getValue().isEmpty()) {
      return mapping;
    }
    boolean nothing = node == null || node instanceof MappingNode || isEmpty(node);
    throw new BadConfigException(
        nothing ? Spot.FILE : Spot.of(node),
        "",
        nothing ? "The file is empty." : "The file is not a list of 'key: value' lines.",
        "Write at least one key, as 'port: 4902'.");
  }

  private static void examine(Node node, String path, Set<Node> above) throws BadConfigException {
    if (!above.add(node)) {
      throw new BadConfigException(
          Spot.of(node), path, "This contains itself by an alias.", "Write the values out.");
    }
    if (!PLAIN.contains(node.getTag())) {
      throw new BadConfigException(
          Spot.of(node), path, "The tag " + node.getTag() + " is not allowed.", NO_TAG);
    }
    if (node instanceof MappingNode mapping) {
      examineKeys(mapping, path);
      for (NodeTuple tuple : mapping.getValue()) {
        examine(tuple.getValueNode(), join(path, name(tuple)), above);
      }
    } else if (node instanceof SequenceNode sequence) {
      for (Node item : sequence.getValue()) {
        examine(item, path, above);
      }
    }
    above.remove(node);
  }

  private static void examineKeys(MappingNode mapping, String path) throws BadConfigException {
    Map<String, Spot> seen = new HashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Node key = tuple.getKeyNode();
      if (!(key instanceof ScalarNode scalar) || isEmpty(key)) {
        throw new BadConfigException(
            Spot.of(key), path, "This key is not a word.", "Write 'key: value'.");
      }
      if (key.getTag().equals(Tag.MERGE)) {
        throw new BadConfigException(
            Spot.of(key), path, "Merge keys (<<) are not supported.", "Write the keys out.");
      }
      Spot first = seen.putIfAbsent(scalar.getValue(), Spot.of(key));
      if (first != null) {
        throw new BadConfigException(
            Spot.of(key),
            join(path, scalar.getValue()),
            "This key is there twice, first on line " + first.line() + ".",
            "Remove one of the two.");
      }
    }
  }

  static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private static BadConfigException syntax(MarkedYAMLException e, String text) {
    String problem = oneLine(String.valueOf(e.getProblem()));
    boolean earlier = e.getProblemMark() == null || problem.contains(NO_COLON);
    Mark mark = earlier && e.getContextMark() != null ? e.getContextMark() : e.getProblemMark();
    Spot spot = mark == null ? Spot.FILE : Spot.of(mark);
    String context = e.getContext() == null ? "" : oneLine(e.getContext()) + ", ";
    return new BadConfigException(
        spot, keyOn(text, spot), "This is not YAML: " + context + problem + ".", remedy(problem));
  }

  private static String remedy(String problem) {
    if (problem.contains("TAB") || problem.contains("'\\t'")) {
      return "Indent with spaces, not with tabs.";
    }
    if (problem.contains("mapping values are not allowed")) {
      return "Check the indentation, and put a value that contains ': ' between quotes.";
    }
    if (problem.contains("block end") || problem.contains(NO_COLON)) {
      return "Check the indentation here and on the line above: 'key: value', with a space after"
          + " the colon.";
    }
    if (problem.contains("end of stream") || problem.contains("',' or")) {
      return "Close the quote or bracket that was opened.";
    }
    if (problem.contains("tag")) {
      return NO_TAG;
    }
    if (problem.contains("undefined alias")) {
      return "Put a value that begins with * between quotes.";
    }
    return "Mend this line; a value with special characters goes between quotes.";
  }

  /** The key at the beginning of a line, for a message about a line that cannot be parsed. */
  private static String keyOn(String text, Spot spot) {
    List<String> lines = text.lines().toList();
    if (spot.line() < 1 || spot.line() > lines.size()) {
      return "";
    }
    String line = lines.get(spot.line() - 1).strip();
    int colon = line.indexOf(':');
    return colon > 0 && line.substring(0, colon).matches("[\\w.]+") ? line.substring(0, colon) : "";
  }

  private static String oneLine(String message) {
    return message.lines().findFirst().orElse("").strip();
  }
}
