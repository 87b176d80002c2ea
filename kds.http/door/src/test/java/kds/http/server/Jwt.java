package kds.http.server;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import kds.http.pem.Pem;
import tools.jackson.databind.json.JsonMapper;

/** Makes tokens, good and bad, with the JDK alone: not with the library under test. */
public final class Jwt {
  private static final JsonMapper JSON = new JsonMapper();

  private Jwt() {}

  /** A key pair: {@code RSA 2048}, {@code EC secp256r1}, {@code Ed25519}. */
  public static KeyPair pair(String kind) {
    try {
      String[] words = kind.split(" ");
      KeyPairGenerator generator = KeyPairGenerator.getInstance(words[0]);
      if (words[0].equals("RSA")) {
        generator.initialize(Integer.parseInt(words[1]));
      } else if (words[0].equals("EC")) {
        generator.initialize(new ECGenParameterSpec(words[1]));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** The public key as PEM. */
  public static byte[] pem(PublicKey key) {
    return Pem.write("PUBLIC KEY", key.getEncoded()).getBytes(StandardCharsets.US_ASCII);
  }

  /** Claims that are accepted: an hour to live, a session, all scopes that do not control. */
  public static Map<String, Object> claims() {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("sub", "user-1");
    claims.put("kasm_id", "0f8fad5b-d9cb-469f-a165-70867728950e");
    claims.put("username", "ada");
    claims.put("scope", "files:read files:write screenshot");
    claims.put("exp", Instant.now().getEpochSecond() + 3600);
    return claims;
  }

  /** Claims with some changed; a null value removes one. */
  public static Map<String, Object> claims(Object... changes) {
    Map<String, Object> claims = claims();
    for (int i = 0; i < changes.length; i += 2) {
      if (changes[i + 1] == null) {
        claims.remove((String) changes[i]);
      } else {
        claims.put((String) changes[i], changes[i + 1]);
      }
    }
    return claims;
  }

  /** A token with the usual header. */
  public static String token(String algorithm, PrivateKey key, Map<String, Object> claims) {
    return token("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}", json(claims), algorithm, key);
  }

  /** A token with this header and payload, whatever they say, signed by this algorithm. */
  public static String token(String header, String payload, String algorithm, PrivateKey key) {
    String input = base64(header) + '.' + base64(payload);
    return input + '.' + base64(sign(algorithm, key, input));
  }

  public static String json(Object value) {
    return JSON.writeValueAsString(value);
  }

  public static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  public static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  public static byte[] sign(String algorithm, PrivateKey key, String input) {
    try {
      Signature signature = signature(algorithm);
      signature.initSign(key);
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  public static byte[] mac(String algorithm, byte[] secret, String input) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(secret, algorithm));
      return mac.doFinal(input.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Signature signature(String algorithm) throws GeneralSecurityException {
    if (algorithm.equals("EdDSA")) {
      return Signature.getInstance("Ed25519");
    }
    String hash = "SHA" + algorithm.substring(2);
    return switch (algorithm.substring(0, 2)) {
      case "RS" -> Signature.getInstance(hash + "withRSA");
      case "ES" -> Signature.getInstance(hash + "withECDSAinP1363Format");
      case "PS" -> {
        int bits = Integer.parseInt(algorithm.substring(2));
        Signature pss = Signature.getInstance("RSASSA-PSS");
        String name = "SHA-" + bits;
        pss.setParameter(
            new PSSParameterSpec(name, "MGF1", new MGF1ParameterSpec(name), bits / 8, 1));
        yield pss;
      }
      default -> throw new AssertionError(algorithm);
    };
  }

  /** Unsigned big-endian, of a fixed length where one is given: as JWK writes numbers. */
  public static String number(BigInteger value, int length) {
    byte[] bytes = value.toByteArray();
    int skip = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
    byte[] out = new byte[Math.max(length, bytes.length - skip)];
    System.arraycopy(bytes, skip, out, out.length - (bytes.length - skip), bytes.length - skip);
    return base64(out);
  }
}
