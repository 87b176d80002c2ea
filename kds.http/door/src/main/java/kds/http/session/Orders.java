package kds.http.session;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import kds.http.problem.Problem;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the bodies of {@code session_start} and {@code session_end}, strictly. */
final class Orders {
  /** A file mapping carries a file's content. */
  private static final int LONGEST_BODY = 16 << 20;

  private static final int LONGEST_TEXT = 256;
  private static final int MOST_MAPPINGS = 1000;
  private static final int MOST_ATTRIBUTES = 100;

  private static final Set<String> MEMBERS =
      Set.of(
          "kasm_id",
          "user_id",
          "username",
          "kasm_user",
          "credential_type",
          "jwt_token",
          "storage_mappings",
          "file_mappings",
          "attributes");

  private static final JsonMapper JSON = new JsonMapper();

  private Orders() {}

  /**
   * What an end asks for.
   *
   * @param kasmId in canonical form
   */
  record End(String kasmId, Ending ending) {}

  static SessionRequest start(Exchange exchange) throws Refusal, ClientGoneException {
    JsonNode body = body(exchange);
    CredentialType type = credentialType(required(body, "credential_type"));
    String username = username(body);
    if (type == CredentialType.DYNAMIC && username == null) {
      throw bad("A session of credential type 'dynamic' needs 'username', the account to make.");
    }
    Session session =
        new Session(
            kasmId(required(body, "kasm_id")),
            required(body, "user_id"),
            type == CredentialType.PROMPT_USER ? null : username,
            text(body, "kasm_user", LONGEST_TEXT),
            type);
    return new SessionRequest(
        session,
        text(body, "jwt_token", LONGEST_BODY),
        mappings(body, "storage_mappings"),
        mappings(body, "file_mappings"),
        attributes(body));
  }

  static End end(Exchange exchange) throws Refusal, ClientGoneException {
    JsonNode body = body(exchange);
    String action = text(body, "action", LONGEST_TEXT);
    return new End(
        kasmId(required(body, "kasm_id")), action == null ? Ending.CONFIGURED : ending(action));
  }

  /** A session's id in its one form. */
  static String kasmId(String text) throws Refusal {
    return Session.id(text).orElseThrow(() -> bad("'kasm_id' must be a UUID."));
  }

  private static Ending ending(String action) throws Refusal {
    return switch (action) {
      case "disconnect" -> Ending.DISCONNECT;
      case "logoff" -> Ending.LOGOFF;
      case "delete" -> Ending.DELETE;
      default -> throw bad("'action' must be one of disconnect, logoff, delete, or be left out.");
    };
  }

  private static CredentialType credentialType(String word) throws Refusal {
    try {
      return CredentialType.of(word);
    } catch (IllegalArgumentException e) {
      throw bad("'credential_type' must be one of static, dynamic, sso, smartcard, prompt_user.");
    }
  }

  private static @Nullable String username(JsonNode body) throws Refusal {
    String name = Session.account(text(body, "username", LONGEST_TEXT));
    if (name != null
        && (name.indexOf('/') >= 0 || name.indexOf(':') >= 0 || name.startsWith("-"))) {
      throw bad("'username' is not the name of an account.");
    }
    return name;
  }

  /** Objects as the JSON text they are; a string is taken for such a text. */
  private static List<String> mappings(JsonNode body, String name) throws Refusal {
    JsonNode value = body.get(name);
    if (value == null || value.isNull()) {
      return List.of();
    }
    if (!value.isArray() || value.size() > MOST_MAPPINGS) {
      throw bad("'" + name + "' must be an array of at most " + MOST_MAPPINGS + " objects.");
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode mapping : value) {
      if (!mapping.isObject()) {
        throw bad("'" + name + "' must hold objects only.");
      }
      texts.add(mapping.toString());
    }
    return texts;
  }

  private static Map<String, String> attributes(JsonNode body) throws Refusal {
    for (String name : body.propertyNames()) {
      if (!MEMBERS.contains(name)) {
        throw bad(
            "'" + name + "' is not a member of this call; further facts go into 'attributes'.");
      }
    }
    JsonNode value = body.path("attributes");
    if (!value.isMissingNode() && (!value.isObject() || value.size() > MOST_ATTRIBUTES)) {
      throw bad("'attributes' must be an object of at most " + MOST_ATTRIBUTES + " strings.");
    }
    Map<String, String> attributes = new HashMap<>();
    for (String name : value.propertyNames()) {
      attributes.put(name, required(value, name));
    }
    return attributes;
  }

  private static String required(JsonNode body, String name) throws Refusal {
    String text = text(body, name, LONGEST_TEXT);
    if (text == null || text.isBlank()) {
      throw bad("'" + name + "' is missing.");
    }
    return text;
  }

  private static @Nullable String text(JsonNode body, String name, int longest) throws Refusal {
    JsonNode value = body.get(name);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isString()
        || value.stringValue().length() > longest
        || value.stringValue().chars().anyMatch(Character::isISOControl)
        || !StandardCharsets.UTF_8.newEncoder().canEncode(value.stringValue())) {
      throw bad("'" + name + "' must be a string of at most " + longest + " plain characters.");
    }
    return value.stringValue();
  }

  private static JsonNode body(Exchange exchange) throws Refusal, ClientGoneException {
    String type = exchange.header("Content-Type");
    if (type == null || !type.toLowerCase(Locale.ROOT).matches("application/json\\s*(;.*)?")) {
      throw Refusal.of(
          415, "unsupported-media-type", "Send the body as application/json, in UTF-8.");
    }
    try {
      JsonNode body = JSON.readTree(bytes(exchange));
      if (body.isObject()) {
        return body;
      }
      throw bad("The body must be a JSON object.");
    } catch (JacksonException e) {
      throw bad("The body is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
  }

  private static byte[] bytes(Exchange exchange) throws Refusal, ClientGoneException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer chunk = exchange.body().next();
    while (chunk != null) {
      if (bytes.size() + chunk.remaining() > LONGEST_BODY) {
        throw Refusal.of(413, "too-large", "The body must not be longer than 16 MiB.");
      }
      byte[] part = new byte[chunk.remaining()];
      chunk.get(part);
      bytes.writeBytes(part);
      chunk = exchange.body().next();
    }
    return bytes.toByteArray();
  }

  private static Refusal bad(String detail) {
    return new Refusal(Problem.of(400, "bad-order", detail));
  }
}
