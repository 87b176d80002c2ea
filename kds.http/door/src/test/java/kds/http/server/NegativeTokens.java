package kds.http.server;

import static kds.http.server.Jwt.base64;
import static kds.http.server.Jwt.claims;
import static kds.http.server.Jwt.json;
import static kds.http.server.Jwt.mac;
import static kds.http.server.Jwt.token;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tokens that must not be accepted by a server that knows the keys RSA, EC and ED. */
final class NegativeTokens {
  static final KeyPair RSA = Jwt.pair("RSA 2048");
  static final KeyPair EC = Jwt.pair("EC secp256r1");
  static final KeyPair ED = Jwt.pair("Ed25519");
  private static final KeyPair STRANGER = Jwt.pair("RSA 2048");
  private static final KeyPair STRANGER_EC = Jwt.pair("EC secp256r1");
  private static final KeyPair STRANGER_384 = Jwt.pair("EC secp384r1");
  private static final KeyPair STRANGER_ED = Jwt.pair("Ed25519");
  private static final KeyPair SHORT = Jwt.pair("RSA 1024");
  private static final PrivateKey KEY = RSA.getPrivate();
  private static final String CLAIMS = json(claims());

  /** One of them, and how it must be answered. */
  record Vector(String name, String token, int status, String says) {
    @Override
    public String toString() {
      return name;
    }
  }

  private final List<Vector> vectors = new ArrayList<>();

  private NegativeTokens() {}

  private static final List<Vector> ALL = make();

  static List<Vector> all() {
    return ALL;
  }

  private static List<Vector> make() {
    NegativeTokens all = new NegativeTokens();
    all.withoutSignature();
    all.withAnotherKey();
    all.withTheirOwnKey();
    all.withHeadersThatMeanMore();
    all.withKeyIds();
    all.withTimes();
    all.withAudiences();
    all.withClaims();
    all.withDuplicates();
    all.withForms();
    all.withSizes();
    return all.vectors;
  }

  private void add(String name, String token, String says) {
    vectors.add(new Vector(name, token, 401, says));
  }

  /** A header and payload of one's own, properly signed: only what they say can be wrong. */
  private void signed(String name, String header, String payload, String says) {
    add(name, token(header, payload, "RS256", KEY), says);
  }

  private void withClaim(String name, Object value, String says) {
    add(name + " = " + value, token("RS256", KEY, claims(name, value)), says);
  }

  private void rawClaim(String name, String value, String says) {
    signed(
        name + " = " + (value.length() > 40 ? "long" : value),
        "{\"alg\":\"RS256\"}",
        json(claims(name, null)).replaceFirst("\\{", "{\"" + name + "\":" + value + ","),
        says);
  }

  private void withoutSignature() {
    for (String none : List.of("none", "None", "NONE", "nOnE", "", " ", "null")) {
      String input = base64("{\"alg\":\"" + none + "\"}") + '.' + base64(CLAIMS);
      add("alg '" + none + "' without signature", input + '.', "signature is missing");
      add("alg '" + none + "' with a signature", input + ".AAAA", "algorithm");
    }
    String good = token("RS256", KEY, claims());
    String stripped = good.substring(0, good.lastIndexOf('.'));
    add("signature stripped", stripped + '.', "signature is missing");
    add("signature and its dot stripped", stripped, "three parts");
    add("alg missing", signedHeader("{\"typ\":\"JWT\"}"), "does not name an algorithm");
    add("alg null", signedHeader("{\"alg\":null}"), "'alg' must be a string");
    add("alg an array", signedHeader("{\"alg\":[\"RS256\",\"none\"]}"), "'alg' must be a string");
    add("alg a number", signedHeader("{\"alg\":256}"), "'alg' must be a string");
    add("alg in lower case", signedHeader("{\"alg\":\"rs256\"}"), "algorithm");
    add("alg unknown", signedHeader("{\"alg\":\"XX999\"}"), "algorithm");
    add("alg RS256 and a blank", signedHeader("{\"alg\":\"RS256 \"}"), "algorithm");
  }

  private static String signedHeader(String header) {
    return token(header, CLAIMS, "RS256", KEY);
  }

  private void withAnotherKey() {
    byte[] pem = Jwt.pem(RSA.getPublic());
    String text = new String(pem, StandardCharsets.US_ASCII);
    Map<String, byte[]> secrets =
        Map.of(
            "the public key's PEM", pem,
            "the PEM without last line feed", text.strip().getBytes(StandardCharsets.US_ASCII),
            "the public key's DER", RSA.getPublic().getEncoded(),
            "the modulus", ((RSAPublicKey) RSA.getPublic()).getModulus().toByteArray(),
            "the EC key's DER", EC.getPublic().getEncoded(),
            "a zero byte", new byte[1]);
    for (String hs : List.of("HS256", "HS384", "HS512")) {
      String input = base64("{\"alg\":\"" + hs + "\",\"typ\":\"JWT\"}") + '.' + base64(CLAIMS);
      secrets.forEach(
          (what, secret) ->
              add(
                  hs + " with " + what + " as secret",
                  input + '.' + base64(mac("HmacSHA" + hs.substring(2), secret, input)),
                  "algorithm"));
    }
    for (String algorithm : List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")) {
      add(
          algorithm + " by a stranger",
          token(algorithm, STRANGER.getPrivate(), claims()),
          "not signed by a key");
    }
    add("ES256 by a stranger", token("ES256", STRANGER_EC.getPrivate(), claims()), "not signed");
    add("EdDSA by a stranger", token("EdDSA", STRANGER_ED.getPrivate(), claims()), "not signed");
    add("ES384, a curve not known", token("ES384", STRANGER_384.getPrivate(), claims()), "algor");
    add("RS256 by a key of 1024 bits", token("RS256", SHORT.getPrivate(), claims()), "not signed");
    mismatch("RS256", "PS256");
    mismatch("PS256", "RS256");
    mismatch("RS256", "RS512");
    mismatch("RS512", "RS256");
    mismatch("RS256", "ES256");
    mismatch("RS256", "EdDSA");
    for (int length : new int[] {64, 63, 65, 96, 1}) {
      psychic("r = s = 0, " + length + " bytes", new byte[length]);
    }
    byte[] ones = new byte[64];
    Arrays.fill(ones, (byte) 0xFF);
    psychic("r = s = 2^256-1", ones);
    psychic("DER instead of r|s", new byte[] {0x30, 6, 2, 1, 0, 2, 1, 0});
  }

  private void mismatch(String says, String is) {
    PrivateKey key =
        is.equals("ES256") ? EC.getPrivate() : is.equals("EdDSA") ? ED.getPrivate() : KEY;
    add(
        "says " + says + ", signed as " + is,
        token("{\"alg\":\"" + says + "\"}", CLAIMS, is, key),
        "not signed by a key");
  }

  private void psychic(String name, byte[] signature) {
    String input = base64("{\"alg\":\"ES256\"}") + '.' + base64(CLAIMS);
    add("ES256, " + name, input + '.' + base64(signature), "not signed by a key");
  }

  private void withTheirOwnKey() {
    RSAPublicKey key = (RSAPublicKey) STRANGER.getPublic();
    String jwk =
        "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}"
            .formatted(Jwt.number(key.getModulus(), 0), Jwt.number(key.getPublicExponent(), 0));
    own("jwk", jwk);
    own("jku", "\"https://127.0.0.1/jwks.json\"");
    own("x5u", "\"http://127.0.0.1/cert.pem\"");
    own("x5c", "[\"" + base64(key.getEncoded()) + "\"]");
  }

  private void own(String member, String value) {
    String header = "{\"alg\":\"RS256\",\"" + member + "\":" + value + "}";
    add(
        member + " with a stranger's key",
        token(header, CLAIMS, "RS256", STRANGER.getPrivate()),
        "'" + member + "' is not accepted");
    signed(member + " although well signed", header, CLAIMS, "'" + member + "' is not accepted");
  }

  private void withHeadersThatMeanMore() {
    String[] members = {
      "\"crit\":[\"exp\"]",
      "\"crit\":[]",
      "\"crit\":[\"b64\"],\"b64\":true",
      "\"b64\":false",
      "\"zip\":\"DEF\"",
      "\"enc\":\"A256GCM\"",
      "\"cty\":\"JWT\"",
      "\"epk\":{}"
    };
    for (String member : members) {
      signed("header with " + member, "{\"alg\":\"RS256\"," + member + "}", CLAIMS, "not accepted");
    }
    for (String type : List.of("JWE", "dpop+jwt", "secevent+jwt", "logout+jwt", "JOSE", "")) {
      signed("typ " + type, "{\"alg\":\"RS256\",\"typ\":\"" + type + "\"}", CLAIMS, "'typ'");
    }
    signed("typ a number", "{\"alg\":\"RS256\",\"typ\":7}", CLAIMS, "'typ' must be a string");
    signed("kid a number", "{\"alg\":\"RS256\",\"kid\":7}", CLAIMS, "'kid' must be a string");
    signed("kid an object", "{\"alg\":\"RS256\",\"kid\":{}}", CLAIMS, "'kid' must be a string");
    String unencoded = base64("{\"alg\":\"RS256\",\"b64\":false,\"crit\":[\"b64\"]}");
    add(
        "payload not encoded (RFC 7797)",
        unencoded + ".{}." + base64(Jwt.sign("RS256", KEY, unencoded + ".{}")),
        "Base64url");
  }

  private void withKeyIds() {
    String[] ids = {
      "../../../../dev/null",
      "/etc/passwd",
      "key.pem' OR '1'='1",
      "$(id)",
      "http://127.0.0.1/k",
      "\\u0000",
      "x".repeat(4000),
      "",
      "*"
    };
    for (String id : ids) {
      add(
          "kid " + (id.length() > 40 ? "of 4000 letters" : id) + " by a stranger",
          token(
              "{\"alg\":\"RS256\",\"kid\":\"" + id + "\"}", CLAIMS, "RS256", STRANGER.getPrivate()),
          "not signed by a key");
    }
    String input =
        base64("{\"alg\":\"HS256\",\"kid\":\"../../../dev/null\"}") + '.' + base64(CLAIMS);
    add("HS256, kid a path", input + '.' + base64(mac("HmacSHA256", new byte[1], input)), "algor");
  }

  private void withTimes() {
    long now = Instant.now().getEpochSecond();
    add("exp missing", token("RS256", KEY, claims("exp", null)), "no expiry");
    withClaim("exp", now - 3600, "expired");
    withClaim("exp", now - 31, "expired");
    withClaim("exp", 0, "expired");
    withClaim("exp", -1, "between the years");
    withClaim("exp", String.valueOf(now + 3600), "whole number");
    withClaim("exp", now + 3600.5, "whole number");
    withClaim("exp", true, "whole number");
    withClaim("exp", List.of(now + 3600), "whole number");
    withClaim("exp", Map.of(), "whole number");
    withClaim("exp", Long.MAX_VALUE, "between the years");
    withClaim("exp", 253_402_300_800L, "between the years");
    rawClaim("exp", "null", "whole number");
    rawClaim("exp", "1e400", "whole number");
    rawClaim("exp", "1e10", "whole number");
    rawClaim("exp", "99999999999999999999", "whole number");
    rawClaim("exp", "9".repeat(1000), "strict JSON");
    rawClaim("exp", "0x7fffffff", "strict JSON");
    rawClaim("exp", "+9999999999", "strict JSON");
    rawClaim("exp", "NaN", "strict JSON");
    rawClaim("exp", "Infinity", "strict JSON");
    withClaim("nbf", now + 3600, "valid only from");
    withClaim("nbf", "tomorrow", "whole number");
    withClaim("nbf", -5, "between the years");
    withClaim("iat", now + 3600, "issued on");
    withClaim("iat", 1.5, "whole number");
    withClaim("iat", Long.MAX_VALUE, "between the years");
  }

  private void withAudiences() {
    withClaim("aud", "another-server", "another server");
    withClaim("aud", "", "another server");
    withClaim("aud", TestDoor.SERVER_ID + ' ', "another server");
    withClaim("aud", TestDoor.SERVER_ID.toUpperCase(Locale.ROOT), "another server");
    withClaim("aud", List.of("a", "b"), "another server");
    withClaim("aud", List.of(), "string or an array");
    withClaim("aud", 5, "string or an array");
    withClaim("aud", Map.of(TestDoor.SERVER_ID, 1), "string or an array");
    withClaim("aud", List.of(TestDoor.SERVER_ID, 5), "string or an array");
    withClaim("aud", List.of(List.of(TestDoor.SERVER_ID)), "string or an array");
    rawClaim("aud", "null", "string or an array");
  }

  private void withClaims() {
    add("sub missing", token("RS256", KEY, claims("sub", null)), "'sub'");
    withClaim("sub", "", "'sub'");
    withClaim("sub", "  ", "'sub'");
    withClaim("sub", 5, "'sub' must be a string");
    withClaim("sub", "a\nb", "control characters");
    withClaim("sub", "x".repeat(257), "longer than 256");
    withClaim("kasm_id", "../../etc", "not a UUID");
    withClaim("kasm_id", "0f8fad5b-d9cb-469f-a165-70867728950", "not a UUID");
    withClaim("kasm_id", "1-1-1-1-1", "not a UUID");
    withClaim("kasm_id", 7, "'kasm_id' must be a string");
    withClaim("username", "../root", "not the name of an account");
    withClaim("username", List.of("root"), "'username' must be a string");
    withClaim("username", "a\0b", "control characters");
    withClaim("credential_type", "root", "must be one of");
    withClaim("scope", 5, "separated by spaces");
    withClaim("scope", "a\tb", "separated by spaces");
    withClaim("scope", "\"", "separated by spaces");
    withClaim("scope", List.of("a b"), "separated by spaces");
    withClaim("scope", "a ".repeat(65), "separated by spaces");
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
