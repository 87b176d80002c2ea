package kds.http.server;

import static kds.http.server.Jwt.base64;
import static kds.http.server.Jwt.claims;
import static kds.http.server.Jwt.json;
import static kds.http.server.Jwt.token;

import java.nio.charset.StandardCharsets;
import kds.http.server.NegativeTokens.Vector;

/** Tokens that are read otherwise than they were written, or not at all. */
final class BadForms extends TokenVectors {
  BadForms() {
    withDuplicates();
    withForms();
    withSizes();
  }

  private void withDuplicates() {
    String rest = CLAIMS.substring(1);
    signed("exp twice", "{\"alg\":\"RS256\"}", "{\"exp\":1," + rest, "strict JSON");
    signed("sub twice", "{\"alg\":\"RS256\"}", "{\"sub\":\"root\"," + rest, "strict JSON");
    signed(
        "sub twice, one escaped", "{\"alg\":\"RS256\"}", "{\"\\u0073ub\":\"r\"," + rest, "strict");
    signed("alg twice", "{\"alg\":\"none\",\"alg\":\"RS256\"}", CLAIMS, "strict JSON");
    signed(
        "alg twice, one escaped", "{\"\\u0061lg\":\"none\",\"alg\":\"RS256\"}", CLAIMS, "strict");
    signed("twice within aud", "{\"alg\":\"RS256\"}", "{\"x\":{\"a\":1,\"a\":2}," + rest, "strict");
    add(
        "none, its name escaped",
        base64("{\"\\u0061lg\":\"\\u006eone\"}") + '.' + base64(CLAIMS) + ".AAAA",
        "algorithm");
  }

  private void withForms() {
    String good = token("RS256", KEY, claims());
    String[] parts = good.split("\\.");
    add("empty", "", "three parts");
    add("a dot", ".", "three parts");
    add("two dots", "..", "payload is missing");
    add("words", "let me in", "three parts");
    add("four parts", good + ".AAAA", "three parts");
    add("encrypted (JWE)", good + '.' + parts[0] + ".AAAA", "JWE");
    add("JSON serialization", "{\"payload\":\"" + parts[1] + "\"}", "three parts");
    add("payload detached", parts[0] + ".." + parts[2], "payload is missing");
    add("header missing", '.' + parts[1] + '.' + parts[2], "JSON object");
    add("truncated", good.substring(0, good.length() - 6), "not signed by a key");
    add("truncated by a letter", good.substring(0, good.length() - 1), "Base64url");
    add("padded", parts[0] + "=." + parts[1] + '.' + parts[2], "Base64url");
    add("signature padded", good + "==", "Base64url");
    add("a blank within", parts[0] + ". " + parts[1] + '.' + parts[2], "Base64url");
    add("two blanks before", "  " + good, "Base64url");
    add("a tab within", parts[0] + ".\t" + parts[1] + '.' + parts[2], "Base64url");
    add("quoted", '"' + good + '"', "Base64url");
    add(
        "standard Base64",
        parts[0] + '.' + parts[1] + '.' + "+/" + parts[2].substring(2),
        "Base64");
    add("last bits not zero", unclean(good), "Base64url");
    add(
        "payload changed",
        parts[0] + '.' + base64(json(claims("sub", "root"))) + '.' + parts[2],
        "not signed");
    add("signature changed", good.substring(0, good.length() - 8) + "AAAAAAAA", "signed");
    add(
        "header changed",
        base64("{\"typ\":\"JWT\",\"alg\":\"RS256\"}") + good.substring(good.indexOf('.')),
        "not signed");
    add(
        "nested: a token in a token",
        token("{\"alg\":\"RS256\"}", good, "RS256", KEY),
        "strict JSON");
    signed("payload a string", "{\"alg\":\"RS256\"}", "\"sub\"", "JSON object");
    signed("payload an array", "{\"alg\":\"RS256\"}", "[" + CLAIMS + "]", "JSON object");
    signed("payload null", "{\"alg\":\"RS256\"}", "null", "JSON object");
    signed("payload followed by more", "{\"alg\":\"RS256\"}", CLAIMS + "{}", "strict JSON");
    signed("payload cut off", "{\"alg\":\"RS256\"}", CLAIMS.substring(0, 20), "strict JSON");
    signed("payload with a comment", "{\"alg\":\"RS256\"}", "/**/" + CLAIMS, "strict JSON");
    signed("payload in single quotes", "{\"alg\":\"RS256\"}", "{'sub':'a'}", "strict JSON");
    signed(
        "payload with a byte order mark", "{\"alg\":\"RS256\"}", '\uFEFF' + CLAIMS, "strict JSON");
    signed("header an array", "[\"RS256\"]", CLAIMS, "JSON object");
    signed("header cut off", "{\"alg\":\"RS256\"", CLAIMS, "strict JSON");
    byte[] latin = "{\"sub\":\"\u00e9\",\"exp\":9999999999}".getBytes(StandardCharsets.ISO_8859_1);
    String input = base64("{\"alg\":\"RS256\"}") + '.' + base64(latin);
    add("payload not UTF-8", input + '.' + base64(Jwt.sign("RS256", KEY, input)), "not UTF-8");
    byte[] utf16 = CLAIMS.getBytes(StandardCharsets.UTF_16);
    input = base64("{\"alg\":\"RS256\"}") + '.' + base64(utf16);
    add("payload UTF-16", input + '.' + base64(Jwt.sign("RS256", KEY, input)), "");
  }

  /** Another spelling of the same bytes: the last letter's unused bits set. */
  private static String unclean(String token) {
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int last = alphabet.indexOf(token.charAt(token.length() - 1));
    return token.substring(0, token.length() - 1) + alphabet.charAt(last | 1);
  }

  private void withSizes() {
    signed("deep", "{\"alg\":\"RS256\"}", deep(1000), "strict JSON");
    signed("deep by 7", "{\"alg\":\"RS256\"}", deep(7), "strict JSON");
    StringBuilder many = new StringBuilder("{");
    for (int i = 0; i < 65; i++) {
      many.append("\"c").append(i).append("\":1,");
    }
    signed("65 claims", "{\"alg\":\"RS256\"}", many + CLAIMS.substring(1), "more than 64");
    withClaim("roles", "x".repeat(13_000), "longer than 16384");
    String huge = token("RS256", KEY, claims("roles", "x".repeat(1 << 20)));
    vectors.add(new Vector("1 MiB", huge, 431, ""));
    add("17 KiB of dots", ".".repeat(17 * 1024), "longer than 16384");
    add("16 KiB of letters", "a".repeat(16 * 1024), "three parts");
  }

  private static String deep(int levels) {
    return CLAIMS.substring(0, CLAIMS.length() - 1)
        + ",\"x\":"
        + "[".repeat(levels)
        + "]".repeat(levels)
        + '}';
  }
}
