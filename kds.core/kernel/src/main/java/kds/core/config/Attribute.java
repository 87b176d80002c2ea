package kds.core.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import kds.api.config.DurationValue;
import org.apache.felix.metatype.AD;
import org.jspecify.annotations.Nullable;
import org.osgi.service.metatype.AttributeDefinition;

/**
 * What a bundle's Metatype says of one property.
 *
 * @param type one of {@link AttributeDefinition}'s
 * @param cardinality 0 for one value, positive for an array, negative for a list
 * @param options the only values allowed, or none for any
 * @param quantity set where the text is a duration or size, see {@link DurationValue}
 */
record Attribute(
    String id,
    int type,
    int cardinality,
    @Nullable String min,
    @Nullable String max,
    List<String> options,
    Optional<QuantityRange> quantity) {

  private static final String NUMBER = "[-+]?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?";

  static Attribute of(String id, int type) {
    return new Attribute(id, type, 0, null, null, List.of(), Optional.empty());
  }

  static Attribute of(AD definition) {
    String[] options = definition.getOptionValues();
    return new Attribute(
        definition.getID(),
        definition.getType(),
        definition.getCardinality(),
        bound(definition.getMin()),
        bound(definition.getMax()),
        options == null ? List.of() : List.of(options),
        QuantityRange.of(marks(definition)));
  }

  /** Bounds of numbers are numbers; a bundle may say anything. */
  private static @Nullable String bound(@Nullable String text) {
    return text != null && text.strip().matches(NUMBER) ? text.strip() : null;
  }

  Attribute between(String least, String most) {
    return new Attribute(id, type, cardinality, least, most, options, quantity);
  }

  @SuppressWarnings("unchecked") // Felix's reader keeps foreign attributes in an untyped map.
  private static Map<String, String> marks(AD definition) {
    Map<String, String> all = definition.getOptionalAttributes();
    return all == null ? Map.of() : all;
  }

  /** How the type is called in a message. */
  String wanted() {
    return switch (type) {
      case AttributeDefinition.BOOLEAN -> "true or false";
      case AttributeDefinition.INTEGER,
          AttributeDefinition.LONG,
          AttributeDefinition.SHORT,
          AttributeDefinition.BYTE ->
          "a whole number" + range();
      case AttributeDefinition.DOUBLE, AttributeDefinition.FLOAT -> "a number" + range();
      case AttributeDefinition.CHARACTER -> "one character";
      default -> options.isEmpty() ? "a text" : "one of " + String.join(", ", options);
    };
  }

  private String range() {
    if (min != null && max != null) {
      return String.format(Locale.ROOT, " from %s to %s", min, max);
    }
    return min != null ? ", at least " + min : max != null ? ", at most " + max : "";
  }
}
