package kds.http.server;

import static kds.http.server.Jwt.claims;
import static kds.http.server.Jwt.json;
import static kds.http.server.Jwt.token;

import java.security.KeyPair;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import kds.http.server.NegativeTokens.Vector;

/** Tokens that are refused, and what they are made with. */
abstract class TokenVectors {
  static final KeyPair RSA = Jwt.pair("RSA 2048");
  static final KeyPair EC = Jwt.pair("EC secp256r1");
  static final KeyPair ED = Jwt.pair("Ed25519");
  static final PrivateKey KEY = RSA.getPrivate();
  static final String CLAIMS = json(claims());

  final List<Vector> vectors = new ArrayList<>();

  void add(String name, String token, String says) {
    vectors.add(new Vector(name, token, 401, says));
  }

  /** A header and payload of one's own, properly signed: only what they say can be wrong. */
  void signed(String name, String header, String payload, String says) {
    add(name, token(header, payload, "RS256", KEY), says);
  }

  void withClaim(String name, Object value, String says) {
    add(name + " = " + value, token("RS256", KEY, claims(name, value)), says);
  }

  void rawClaim(String name, String value, String says) {
    signed(
        name + " = " + (value.length() > 40 ? "long" : value),
        "{\"alg\":\"RS256\"}",
        json(claims(name, null)).replaceFirst("\\{", "{\"" + name + "\":" + value + ","),
        says);
  }

  static String signedHeader(String header) {
    return token(header, CLAIMS, "RS256", KEY);
  }
}
