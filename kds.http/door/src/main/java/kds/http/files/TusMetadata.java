package kds.http.files;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import kds.http.route.Refusal;
import kds.http.route.RequestPath;
import org.jspecify.annotations.Nullable;

/**
 * The header Upload-Metadata: pairs of a key and a base64 value, as {@code filename d29ybGQ=}.
 *
 * @param values by key, decoded
 */
record TusMetadata(Map<String, byte[]> values) {
  /** ASCII without space and comma, as the protocol has it. */
  private static final Pattern KEY = Pattern.compile("[!-+\\--~]+");

  private static final int MOST = 64;

  /** Where clients put the path: Uppy first, then everybody. */
  private static final List<String> PATHS = List.of("relativePath", "filename", "name");

  private static final String NAMELESS = "upload";

  /**
   * Reads it strictly: a name that is guessed is a file in the wrong place.
   *
   * @throws Refusal 400 {@code bad-metadata}
   */
  static TusMetadata of(@Nullable String header) throws Refusal {
    Map<String, byte[]> values = new HashMap<>();
    if (header == null) {
      return new TusMetadata(values);
    }
    for (String pair : header.split(",", -1)) {
      String[] words = pair.strip().split(" ", -1);
      if (words.length > 2 || !KEY.matcher(words[0]).matches()) {
        throw bad("a pair is not a key and a value with one space between them");
      }
      if (values.put(words[0], words.length == 1 ? new byte[0] : decoded(words[1])) != null) {
        throw bad("the key " + words[0] + " comes twice");
      }
      if (values.size() > MOST) {
        throw bad("there are more than " + MOST + " pairs");
      }
    }
    return new TusMetadata(values);
  }

  private static byte[] decoded(String base64) throws Refusal {
    try {
      byte[] value = Base64.getDecoder().decode(base64);
      if (Base64.getEncoder().encodeToString(value).equals(base64)) {
        return value;
      }
    } catch (IllegalArgumentException e) {
      // Said below
    }
    throw bad("a value is not base64 with padding");
  }

  /** Where the file shall appear, folders kept; a plain name when nothing is told. */
  String path() throws Refusal {
    for (String key : PATHS) {
      String text = text(key);
      if (text != null) {
        RequestPath path = RequestPath.ofText(text);
        if (path.slashed()) {
          throw bad("the name ends in a slash");
        }
        return path.from(0);
      }
    }
    return NAMELESS;
  }

  /** Null when absent, empty, or what a browser's script makes of nothing. */
  private @Nullable String text(String key) throws Refusal {
    byte[] value = values.get(key);
    if (value == null || value.length == 0) {
      return null;
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      return text.equals("null") && key.equals(PATHS.getFirst()) ? null : text;
    } catch (CharacterCodingException e) {
      throw bad("the value of " + key + " is not UTF-8");
    }
  }

  private static Refusal bad(String why) {
    return Refusal.of(
        400,
        "bad-metadata",
        "Upload-Metadata cannot be read: "
            + why
            + ". Write 'filename <base64 of the UTF-8 name>', pairs separated by commas.");
  }
}
