package kds.core.config;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import kds.api.config.DurationValue;
import kds.api.config.Quantity;
import kds.api.config.SizeValue;

/**
 * A property that is a duration or a size, and from where to where it may go. The bounds come from
 * the marks that {@link DurationValue} and {@link SizeValue} leave in the Metatype resource.
 */
record QuantityRange(Function<String, Comparable<?>> reader, String min, String max) {
  private static final String DURATION = "duration-";
  private static final String SIZE = "size-";

  static Optional<QuantityRange> of(Map<String, String> marks) {
    String prefix = null;
    QuantityRange range = new QuantityRange(Quantity::duration, "", "");
    for (Map.Entry<String, String> mark : marks.entrySet()) {
      String name = mark.getKey().substring(mark.getKey().lastIndexOf(':') + 1);
      if (name.startsWith(DURATION)) {
        prefix = DURATION;
        range = range.with(Quantity::duration, name, mark.getValue());
      } else if (name.startsWith(SIZE)) {
        prefix = SIZE;
        range = range.with(Quantity::bytes, name, mark.getValue());
      }
    }
    return prefix == null ? Optional.empty() : Optional.of(range);
  }

  private QuantityRange with(Function<String, Comparable<?>> kind, String name, String value) {
    return name.endsWith("min")
        ? new QuantityRange(kind, value, max)
        : new QuantityRange(kind, min, value);
  }

  /** Checks a value. */
  void check(String text) throws ValueException {
    try {
      Comparable<?> value = reader.apply(text);
      if (!min.isEmpty() && less(value, reader.apply(min))) {
        throw new ValueException(
            Flaw.quote(text) + " is too little.", "Write at least " + min + ".");
      }
      if (!max.isEmpty() && less(reader.apply(max), value)) {
        throw new ValueException(Flaw.quote(text) + " is too much.", "Write at most " + max + ".");
      }
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      int end = message.indexOf(". ") + 1;
      throw new ValueException(
          end > 0 ? message.substring(0, end) : message,
          end > 0 ? message.substring(end).strip() : "Write a smaller or rounder number.");
    }
  }

  @SuppressWarnings("unchecked") // Both come from the same reader.
  private static boolean less(Comparable<?> a, Comparable<?> b) {
    return ((Comparable<Object>) a).compareTo(b) < 0;
  }
}
