package kds.http.route;

import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The parameters of a request's URL ({@code application/x-www-form-urlencoded}), read strictly. */
public final class Query {
  static final Query NONE = new Query(Map.of());

  private final Map<String, String> values;

  private Query(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Reads them.
   *
   * @param raw what follows the question mark, null when there is none
   * @throws Refusal 400 {@code bad-parameter} when one is no UTF-8 or comes twice
   */
  public static Query of(@Nullable String raw) throws Refusal {
    if (raw == null || raw.isEmpty()) {
      return NONE;
    }
    Map<String, String> values = new HashMap<>();
    for (String pair : raw.split("&")) {
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
      if (!name.isEmpty() && values.put(name, value) != null) {
        throw bad("The parameter '" + name + "' is given twice. Give it once.");
      }
    }
    return new Query(values);
  }

  private static String decode(String text) throws Refusal {
    try {
      return Percent.decode(text.replace('+', ' '));
    } catch (CharacterCodingException e) {
      throw bad("A parameter of the URL is not percent-encoded UTF-8.");
    }
  }

  private static Refusal bad(String detail) {
    return Refusal.of(400, "bad-parameter", detail);
  }

  /** A parameter's value. */
  public Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /**
   * A parameter that is {@code true} or {@code false}; false when it is absent.
   *
   * @throws Refusal 400 {@code bad-parameter} when it is something else
   */
  public boolean flag(String name) throws Refusal {
    return switch (values.getOrDefault(name, "false")) {
      case "true" -> true;
      case "false" -> false;
      default -> throw bad("The parameter '" + name + "' must be true or false.");
    };
  }

  /**
   * A parameter that is one of an enum's words in lower case; null when it is absent.
   *
   * @throws Refusal 400 {@code bad-parameter} when it is something else
   */
  public <E extends Enum<E>> @Nullable E word(String name, Class<E> type) throws Refusal {
    String value = values.get(name);
    if (value == null) {
      return null;
    }
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(value)) {
        return constant;
      }
    }
    throw bad(
        "The parameter '"
            + name
            + "' must be one of "
            + String.join(
                ", ",
                Arrays.stream(type.getEnumConstants())
                    .map(c -> c.name().toLowerCase(Locale.ROOT))
                    .toList())
            + ".");
  }
}
