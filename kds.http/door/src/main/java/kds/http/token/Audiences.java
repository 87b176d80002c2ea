package kds.http.token;

import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The claim {@code aud}: a string, or an array of strings (RFC 7519, section 4.1.3). */
final class Audiences {
  private Audiences() {}

  static Set<String> of(JsonNode claims) throws TokenException {
    JsonNode value = claims.get("aud");
    if (value == null) {
      return Set.of();
    }
    Set<String> audiences = new LinkedHashSet<>();
    if (value.isString()) {
      audiences.add(value.stringValue());
      return audiences;
    }
    boolean fit = value.isArray() && !value.isEmpty();
    for (JsonNode member : value) {
      fit &= member.isString();
      audiences.add(member.isString() ? member.stringValue() : "");
    }
    if (!fit) {
      throw TokenVerifier.claims("Its 'aud' must be a string or an array of strings.");
    }
    return audiences;
  }
}
