package kds.core.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** One reading of a document: where each key goes, and whether it may have the value it has. */
final class Reading {
  /** The block of switches. */
  static final String CAPABILITIES = "capabilities";

  private static final String NAME = "[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*";

  private final Schemas schemas;
  private final Map<String, Map<String, Object>> byPid = new TreeMap<>();
  private final Map<String, Boolean> switches = new LinkedHashMap<>();
  private final List<Flaw> flaws = new ArrayList<>();
  private final List<Flaw> warnings = new ArrayList<>();
  private final Map<String, Spot> pids = new HashMap<>();
  private final Map<String, Spot> properties = new HashMap<>();

  private Reading(Schemas schemas) {
    this.schemas = schemas;
  }

  /**
   * Reads a document.
   *
   * @throws BadConfigException with all that is wrong, not only the first
   */
  static Settings of(Document document, Schemas schemas) throws BadConfigException {
    Reading reading = new Reading(schemas);
    for (DocumentedKey key : DocumentedKey.values()) {
      reading.pid(key.pid()).put(key.property(), key.standard());
    }
    document.root().getValue().forEach(reading::topLevel);
    if (!reading.flaws.isEmpty()) {
      throw new BadConfigException(reading.flaws);
    }
    return new Settings(reading.byPid, reading.switches, List.copyOf(reading.warnings));
  }

  private void topLevel(NodeTuple tuple) {
    String name = Document.name(tuple);
    Node value = tuple.getValueNode();
    Optional<DocumentedKey> documented = DocumentedKey.named(name);
    if (documented.isPresent()) {
      documented(documented.get(), value);
    } else if (name.equals(CAPABILITIES)) {
      switches(value);
    } else if (value instanceof MappingNode || Document.isEmpty(value)) {
      block(name, tuple);
    } else {
      unknownKey(name, tuple.getKeyNode());
    }
  }

  private void documented(DocumentedKey key, Node value) {
    if (Document.isEmpty(value)) {
      return;
    }
    List<Attribute> attributes = new ArrayList<>(List.of(key.attribute()));
    attributes.addAll(schemas.of(key.pid()).getOrDefault(key.property(), List.of()));
    Object read = read(value, key.key(), attributes);
    if (read instanceof String path && key.isPath() && !path.isEmpty() && !path.startsWith("/")) {
      flaw(
          value,
          key.key(),
          Flaw.quote(path) + " does not begin with a slash.",
          "Write the whole path, from / on.");
    } else if (read != null) {
      pid(key.pid()).put(key.property(), read);
    }
  }

  private void switches(Node value) {
    if (Document.isEmpty(value)) {
      return;
    }
    if (!(value instanceof MappingNode mapping)) {
      flaw(value, CAPABILITIES, "This is not a block.", "Write 'capabilities: { name: \"off\" }'.");
      return;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String name = Document.name(tuple);
      String key = Document.join(CAPABILITIES, name);
      Node state = tuple.getValueNode();
      Boolean on = state instanceof ScalarNode scalar ? Values.flag(scalar.getValue()) : null;
      if (Document.isEmpty(state)) {
        continue;
      }
      if (on == null) {
        flaw(state, key, "This is neither on nor off.", "Write \"on\" or \"off\".");
      } else if (!name.matches(NAME)) {
        flaw(tuple.getKeyNode(), key, "This is no name of a capability.", "Write its one word.");
      } else {
        switches.put(name, on);
        warnOfUnknownCapability(name, tuple.getKeyNode(), key);
      }
    }
  }

  private void warnOfUnknownCapability(String name, Node at, String key) {
    if (!schemas.capabilities().contains(name)) {
      warnings.add(
          new Flaw(
              Spot.of(at),
              key,
              "No installed bundle provides this capability." + meant(name, schemas.capabilities()),
              "It is kept for the day one does."));
    }
  }

  private void block(String name, NodeTuple tuple) {
    Spot spot = Spot.of(tuple.getKeyNode());
    if (!name.matches(NAME)) {
      flaw(
          tuple.getKeyNode(),
          name,
          "This is no name of a block.",
          "Use letters, digits, '.', '_' and '-'.");
      return;
    }
    String pid = Properties.pid(name);
    Spot first = pids.putIfAbsent(pid, spot);
    if (first != null) {
      flaw(
          tuple.getKeyNode(),
          name,
          "This block is there already, on line " + first.line() + ", under its other name.",
          "Put all of it into one of the two.");
      return;
    }
    if (!schemas.know(pid)) {
      warnings.add(
          new Flaw(
              spot,
              name,
              "No installed bundle knows this block." + meant(name, blocks()),
              "It is kept for the day one does; remove it if it is a mistake."));
    }
    pid(pid);
    if (tuple.getValueNode() instanceof MappingNode mapping) {
      entries(mapping, pid, name, "");
    }
  }

  private void entries(MappingNode mapping, String pid, String path, String prefix) {
    for (NodeTuple tuple : mapping.getValue()) {
      String name = Document.name(tuple);
      String key = Document.join(path, name);
      String property = Document.join(prefix, Properties.name(name));
      if (tuple.getValueNode() instanceof MappingNode inner) {
        entries(inner, pid, key, property);
      } else {
        leaf(tuple, pid, key, new Place(property, prefix));
      }
    }
  }

  /** A property, and the part of its name that the blocks around it make. */
  private record Place(String property, String prefix) {}

  private void leaf(NodeTuple tuple, String pid, String key, Place place) {
    String property = place.property();
    Node at = tuple.getKeyNode();
    Spot first = properties.putIfAbsent(pid + " " + property, Spot.of(at));
    if (first != null) {
      flaw(
          at,
          key,
          "This key is there already, on line " + first.line() + ", written in another way.",
          "Remove one of the two.");
      return;
    }
    Optional<DocumentedKey> documented =
        DocumentedKey.named(property.replace('.', '_')).filter(k -> k.pid().equals(pid));
    if (documented.isPresent()) {
      flaw(
          at,
          key,
          "This is one of the documented keys, which stand at the top level.",
          "Move it out of the block: '" + documented.get().key() + ": …'.");
      return;
    }
    Map<String, List<Attribute>> known = schemas.of(pid);
    List<Attribute> attributes = known.getOrDefault(property, List.of());
    if (attributes.isEmpty() && !known.isEmpty()) {
      unknownProperty(at, key, place, known);
    } else if (!Document.isEmpty(tuple.getValueNode())) {
      Object value = read(tuple.getValueNode(), key, attributes);
      if (value != null) {
        pid(pid).put(property, value);
      }
    }
  }

  private void unknownProperty(
      Node at, String key, Place place, Map<String, List<Attribute>> known) {
    String written = key.substring(key.lastIndexOf('.') + 1);
    TreeSet<String> names = new TreeSet<>();
    String inside = place.prefix().isEmpty() ? "" : place.prefix() + ".";
    for (String property : known.keySet()) {
      boolean here = property.startsWith(inside);
      String name = property.substring(here ? inside.length() : 0).replace('.', '_');
      if (DocumentedKey.named(name).isEmpty()) {
        names.add(name);
      }
    }
    flaw(
        at,
        key,
        "There is no such key." + meant(written, names),
        "Known here: " + String.join(", ", names) + ".");
  }

  /**
   * A single value at the top level that is not documented. Files of other versions hold such, so
   * it does no harm; one that looks like a slip in a documented key would.
   */
  private void unknownKey(String name, Node at) {
    Optional<String> meant = Nearest.to(name, DocumentedKey.names());
    if (meant.isPresent()) {
      flaw(
          at,
          name,
          "There is no such key. Did you mean " + meant.get() + "?",
          "Correct it, or remove the line.");
    } else {
      warnings.add(
          new Flaw(
              Spot.of(at), name, "This key is not known.", "It is ignored; remove it if you can."));
    }
  }

  private @Nullable Object read(Node node, String key, List<Attribute> attributes) {
    try {
      if (attributes.isEmpty()) {
        return Values.read(node);
      }
      Object value = Values.read(node, attributes.getFirst());
      for (Attribute other : attributes.subList(1, attributes.size())) {
        Values.read(node, other);
      }
      return value;
    } catch (ValueException e) {
      flaw(node, key, e.what(), e.remedy());
      return null;
    }
  }

  private TreeSet<String> blocks() {
    TreeSet<String> names = new TreeSet<>();
    schemas.pids().forEach(pid -> names.add(Properties.block(pid)));
    names.add(CAPABILITIES);
    return names;
  }

  private static String meant(String name, Collection<String> names) {
    return Nearest.to(name, names).map(near -> " Did you mean " + near + "?").orElse("");
  }

  private Map<String, Object> pid(String pid) {
    return byPid.computeIfAbsent(pid, p -> new TreeMap<>());
  }

  private void flaw(Node at, String key, String what, String remedy) {
    flaws.add(new Flaw(Spot.of(at), key, what, remedy));
  }
}
