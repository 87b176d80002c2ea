package kds.http.token;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A signed token in its compact form (RFC 7515, section 3.1), taken apart and not yet verified.
 *
 * @param text the whole of it
 * @param header its first part, a JSON object without duplicate members
 * @param claims its second part, likewise
 */
record CompactToken(String text, JsonNode header, JsonNode claims) {
  /** A token longer than this is refused unread. */
  static final int MOST_CHARACTERS = 16 * 1024;

  private static final int MOST_MEMBERS = 64;
  private static final int DEEPEST = 6;

  private static final JsonMapper STRICT =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEEPEST)
                          .maxNumberLength(32)
                          .maxNameLength(256)
                          .maxStringLength(MOST_CHARACTERS)
                          .maxTokenCount(1024)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build();

  /** Takes a token apart; nothing in it is believed yet. */
  static CompactToken parse(String text) throws TokenException {
    if (text.length() > MOST_CHARACTERS) {
      throw malformed("It is longer than " + MOST_CHARACTERS + " characters.");
    }
    String[] parts = text.split("\\.", -1);
    if (parts.length == 5) {
      throw malformed("It is an encrypted token (JWE); only signed ones (JWS) are accepted.");
    }
    if (parts.length != 3) {
      throw malformed("It must have three parts, separated by dots.");
    }
    if (parts[1].isEmpty()) {
      throw malformed("Its payload is missing; detached payloads are not accepted.");
    }
    if (parts[2].isEmpty()) {
      throw malformed("Its signature is missing.");
    }
    JsonNode header = json(decode(parts[0], "header"), "header");
    JsonNode claims = json(decode(parts[1], "payload"), "payload");
    decode(parts[2], "signature");
    return new CompactToken(text, header, claims);
  }

  /**
   * A member of the header that must be a string where it is there.
   *
   * @return null when it is not there
   */
  @Nullable String headerText(String name) throws TokenException {
    JsonNode value = header.get(name);
    if (value == null) {
      return null;
    }
    if (!value.isString()) {
      throw malformed("Its header member '" + name + "' must be a string.");
    }
    return value.stringValue();
  }

  static TokenException malformed(String detail) {
    return new TokenException(TokenException.Reason.MALFORMED, "The token is refused. " + detail);
  }

  /** Base64url without padding, in the one form that encoding gives (RFC 7515, section 2). */
  private static byte[] decode(String part, String what) throws TokenException {
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      boolean fit =
          c >= 'A' && c <= 'Z'
              || c >= 'a' && c <= 'z'
              || c >= '0' && c <= '9'
              || c == '-'
              || c == '_';
      if (!fit) {
        throw malformed("Its " + what + " is not Base64url: no padding, no white space.");
      }
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(part);
      if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(part)) {
        return bytes;
      }
    } catch (IllegalArgumentException ignored) {
      // Said below: a length that no encoding has.
    }
    throw malformed("Its " + what + " is not Base64url as an encoder writes it.");
  }

  private static JsonNode json(byte[] bytes, String what) throws TokenException {
    JsonNode node;
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString();
      node = STRICT.readTree(text);
    } catch (CharacterCodingException e) {
      throw malformed("Its " + what + " is not UTF-8.");
    } catch (JacksonException e) {
      throw malformed(
          "Its "
              + what
              + " is not strict JSON: one object, no member twice, not deeper than "
              + DEEPEST
              + " levels, numbers of at most 32 digits.");
    }
    if (node == null || !node.isObject()) {
      throw malformed("Its " + what + " must be a JSON object.");
    }
    if (node.size() > MOST_MEMBERS) {
      throw malformed("Its " + what + " has more than " + MOST_MEMBERS + " members.");
    }
    return node;
  }
}
