package kds.core.config;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.service.metatype.AttributeDefinition;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Turns what is written in the file into what Config Admin carries.
 *
 * <p>Where the type is known, the text as written is read, not what YAML 1.1 makes of it: {@code
 * on} is true for a flag and {@code "on"} for a text, {@code 012} is never octal and {@code 5:30}
 * never a number.
 */
final class Values {
  private static final Map<String, Boolean> FLAGS =
      Map.of("true", true, "yes", true, "on", true, "false", false, "no", false, "off", false);

  private Values() {}

  /** Reads a value of a property that a bundle has described. */
  static Object read(Node node, Attribute attribute) throws ValueException {
    if (attribute.cardinality() == 0) {
      if (!(node instanceof ScalarNode scalar)) {
        throw new ValueException(
            "This is a list or block, where one value is wanted.",
            "Write " + attribute.wanted() + ".");
      }
      return one(scalar.getValue(), attribute);
    }
    List<Object> all = new ArrayList<>();
    for (String item : texts(node)) {
      all.add(one(item, attribute));
    }
    long most = Math.abs((long) attribute.cardinality());
    if (all.size() > most) {
      throw new ValueException(
          "There are " + all.size() + " values.", "Write at most " + most + ".");
    }
    return attribute.cardinality() < 0 ? all : array(all, type(attribute.type()));
  }

  /** Reads a value of which nobody has said what it is, as YAML sees it. */
  static Object read(Node node) throws ValueException {
    if (node instanceof ScalarNode scalar) {
      return natural(scalar);
    }
    List<Object> all = new ArrayList<>();
    if (node instanceof SequenceNode sequence) {
      for (Node item : sequence.getValue()) {
        all.add(natural(scalar(item)));
      }
    }
    Class<?> type = all.isEmpty() ? String.class : all.getFirst().getClass();
    boolean mixed = all.stream().anyMatch(item -> item.getClass() != type);
    return mixed ? array(new ArrayList<Object>(texts(node)), String.class) : array(all, type);
  }

  /** Reads a flag, however it is written; null when it is none. */
  static @Nullable Boolean flag(String text) {
    return FLAGS.get(text.strip().toLowerCase(Locale.ROOT));
  }

  private static List<String> texts(Node node) throws ValueException {
    if (node instanceof SequenceNode sequence) {
      List<String> texts = new ArrayList<>();
      for (Node item : sequence.getValue()) {
        texts.add(scalar(item).getValue());
      }
      return texts;
    }
    return List.of(scalar(node).getValue());
  }

  private static ScalarNode scalar(Node node) throws ValueException {
    if (node instanceof ScalarNode scalar) {
      return scalar;
    }
    throw new ValueException(
        "A list holds a block or another list here.", "Write a list of single values.");
  }

  private static Object natural(ScalarNode scalar) {
    String text = scalar.getValue();
    Tag tag = scalar.getTag();
    if (tag.equals(Tag.BOOL) && flag(text) instanceof Boolean flag) {
      return flag;
    }
    if (tag.equals(Tag.INT) && text.matches("[-+]?[0-9]{1,18}")) {
      return Long.valueOf(text);
    }
    if (tag.equals(Tag.FLOAT) && text.matches("[-+]?[0-9]+\\.[0-9]*")) {
      return Double.valueOf(text);
    }
    return text;
  }

  private static Object one(String text, Attribute attribute) throws ValueException {
    Object value =
        switch (attribute.type()) {
          case AttributeDefinition.BOOLEAN -> flag(text, attribute);
          case AttributeDefinition.INTEGER -> whole(text, attribute, 31).intValue();
          case AttributeDefinition.LONG -> whole(text, attribute, 63).longValue();
          case AttributeDefinition.SHORT -> whole(text, attribute, 15).shortValue();
          case AttributeDefinition.BYTE -> whole(text, attribute, 7).byteValue();
          case AttributeDefinition.DOUBLE -> decimal(text, attribute).doubleValue();
          case AttributeDefinition.FLOAT -> decimal(text, attribute).floatValue();
          case AttributeDefinition.CHARACTER -> character(text, attribute);
          default -> text;
        };
    if (!attribute.options().isEmpty() && !attribute.options().contains(text)) {
      String meant =
          Nearest.to(text, attribute.options()).map(o -> " Did you mean " + o + "?").orElse("");
      throw new ValueException(
          Flaw.quote(text) + " is not allowed here." + meant,
          "Write " + String.join(", ", attribute.options()) + ".");
    }
    if (value instanceof String && attribute.quantity().isPresent()) {
      attribute.quantity().get().check(text);
    }
    return value;
  }

  private static Boolean flag(String text, Attribute attribute) throws ValueException {
    Boolean flag = flag(text);
    if (flag == null) {
      throw mistaken(text, attribute);
    }
    return flag;
  }

  private static BigInteger whole(String text, Attribute attribute, int bits)
      throws ValueException {
    String digits = text.strip();
    if (!digits.matches("[-+]?(0|[1-9][0-9]{0,30})")) {
      throw mistaken(text, attribute);
    }
    BigInteger number = new BigInteger(digits);
    inRange(text, new BigDecimal(number), attribute);
    if (number.bitLength() > bits) {
      throw new ValueException(Flaw.quote(text) + " is too large.", "Write a smaller number.");
    }
    return number;
  }

  private static BigDecimal decimal(String text, Attribute attribute) throws ValueException {
    if (!text.strip().matches("[-+]?[0-9]{1,30}(\\.[0-9]{1,30})?")) {
      throw mistaken(text, attribute);
    }
    BigDecimal number = new BigDecimal(text.strip());
    inRange(text, number, attribute);
    return number;
  }

  private static void inRange(String text, BigDecimal number, Attribute attribute)
      throws ValueException {
    String min = attribute.min();
    String max = attribute.max();
    boolean low = min != null && number.compareTo(new BigDecimal(min)) < 0;
    boolean high = max != null && number.compareTo(new BigDecimal(max)) > 0;
    if (low || high) {
      throw new ValueException(
          Flaw.quote(text) + " is out of range.", "Write " + attribute.wanted() + ".");
    }
  }

  private static Character character(String text, Attribute attribute) throws ValueException {
    if (text.length() != 1) {
      throw mistaken(text, attribute);
    }
    return text.charAt(0);
  }

  private static ValueException mistaken(String text, Attribute attribute) {
    return new ValueException(
        Flaw.quote(text) + " is not " + attribute.wanted() + ".",
        "Write " + attribute.wanted() + ".");
  }

  private static Object array(Collection<Object> items, Class<?> type) {
    Object array = Array.newInstance(type, items.size());
    int i = 0;
    for (Object item : items) {
      Array.set(array, i++, item);
    }
    return array;
  }

  private static Class<?> type(int type) {
    return switch (type) {
      case AttributeDefinition.BOOLEAN -> Boolean.class;
      case AttributeDefinition.INTEGER -> Integer.class;
      case AttributeDefinition.LONG -> Long.class;
      case AttributeDefinition.SHORT -> Short.class;
      case AttributeDefinition.BYTE -> Byte.class;
      case AttributeDefinition.DOUBLE -> Double.class;
      case AttributeDefinition.FLOAT -> Float.class;
      case AttributeDefinition.CHARACTER -> Character.class;
      default -> String.class;
    };
  }
}
