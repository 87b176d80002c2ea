package kds.http.server;

import static kds.http.server.Jwt.base64;
import static kds.http.server.Jwt.claims;
import static kds.http.server.Jwt.mac;
import static kds.http.server.Jwt.token;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Tokens that no key of ours has signed, whatever they say of it. */
final class BadSignatures extends TokenVectors {
  private static final KeyPair STRANGER = Jwt.pair("RSA 2048");
  private static final KeyPair STRANGER_EC = Jwt.pair("EC secp256r1");
  private static final KeyPair STRANGER_384 = Jwt.pair("EC secp384r1");
  private static final KeyPair STRANGER_ED = Jwt.pair("Ed25519");
  private static final KeyPair SHORT = Jwt.pair("RSA 1024");

  BadSignatures() {
    withoutSignature();
    withAnotherKey();
    withTheirOwnKey();
    withHeadersThatMeanMore();
    withKeyIds();
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
}
