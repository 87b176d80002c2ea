package kds.scripts;

import java.io.StringReader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import kds.api.session.SessionRequest;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What must not appear in the output of a session's scripts: the token, and the values in storage
 * mappings whose names look secret, in the forms in which a script can print them.
 */
final class Secrets {
  /** Shorter ones would mask innocent text. */
  private static final int SHORTEST = 6;

  private static final int DEEPEST = 5;
  private static final JsonFactory JSON = new JsonFactory();
  private static final Pattern NAME =
      Pattern.compile(
          "(?i).*(secret|token|passw|pass$|passphrase|credential|private|signature|bearer|cookie"
              + "|(^|[_.-])(key|sas|pin|auth|authorization)([_.-]|$)|apikey|accesskey|(?-i:[a-z]Key)$).*");

  private final Set<String> all = new LinkedHashSet<>();

  /** Those of a session. */
  static List<String> of(@Nullable SessionRequest request, Iterable<String> mappings) {
    Secrets secrets = new Secrets();
    if (request != null) {
      if (request.token() != null) {
        secrets.add(request.token());
      }
      request.storageMappings().forEach(mapping -> secrets.mapping(mapping, 0));
    }
    mappings.forEach(mapping -> secrets.mapping(mapping, 0));
    return List.copyOf(secrets.all);
  }

  private void mapping(String json, int depth) {
    String name = "";
    // Depth of an object or array whose name looks secret: everything in it is.
    int secretDepth = 0;
    int level = 0;
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), new StringReader(json))) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        switch (token) {
          case PROPERTY_NAME -> name = parser.currentName();
          case START_OBJECT, START_ARRAY -> {
            level++;
            if (secretDepth == 0 && looksSecret(name)) {
              secretDepth = level;
            }
          }
          case END_OBJECT, END_ARRAY -> {
            secretDepth = secretDepth == level ? 0 : secretDepth;
            level--;
          }
          case VALUE_STRING -> value(name, parser.getString(), secretDepth > 0, depth);
          case VALUE_NUMBER_INT -> {
            if (secretDepth > 0 || looksSecret(name)) {
              add(parser.getString());
            }
          }
          default -> {}
        }
      }
    } catch (JacksonException _) {
      // No JSON that we know: the whole of it is kept from the log.
      add(json);
    }
  }

  private static boolean looksSecret(String name) {
    return NAME.matcher(name).matches();
  }

  private void value(String name, String value, boolean inSecret, int depth) {
    if (value.stripLeading().startsWith("{") && depth < DEEPEST) {
      // As rclone's token, which is JSON in a string.
      mapping(value, depth + 1);
    }
    if (inSecret || looksSecret(name)) {
      add(value);
    }
  }

  private void add(String secret) {
    form(secret);
    form(secret.replace("\\", "\\\\").replace("\"", "\\\""));
    form(secret.replace("\\", "\\\\").replace("\"", "\\\"").replace("/", "\\/"));
    form(secret.replace("'", "'\\''"));
    form(URLEncoder.encode(secret, StandardCharsets.UTF_8));
    form(URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20"));
    // Output is masked line by line at the latest, so a secret of several lines is several.
    secret.lines().forEach(this::form);
    for (String line : secret.replace("\\n", "\n").split("\n")) {
      form(line);
    }
  }

  private void form(String text) {
    String line = text.strip();
    if (line.length() >= SHORTEST && line.indexOf('\n') < 0 && line.indexOf('\r') < 0) {
      all.add(line);
    }
  }
}
