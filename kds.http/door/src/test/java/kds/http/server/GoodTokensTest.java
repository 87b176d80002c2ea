package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kds.http.pem.Pem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GoodTokensTest {
  private static final Map<String, KeyPair> PAIRS =
      new LinkedHashMap<>(
          Map.of(
              "rsa", Jwt.pair("RSA 2048"),
              "p256", Jwt.pair("EC secp256r1"),
              "p384", Jwt.pair("EC secp384r1"),
              "p521", Jwt.pair("EC secp521r1"),
              "ed", Jwt.pair("Ed25519")));
  private static final Map<String, String> ALGORITHMS =
      new LinkedHashMap<>(
          Map.of(
              "RS256", "rsa", "RS384", "rsa", "RS512", "rsa", "PS256", "rsa", "PS384", "rsa",
              "PS512", "rsa", "ES256", "p256", "ES384", "p384", "ES512", "p521", "EdDSA", "ed"));

  @TempDir Path folder;

  @Test
  void areAcceptedByPublicKeysInOneFile() throws Exception {
    StringBuilder file = new StringBuilder("Our issuer's keys\n");
    PAIRS.values().forEach(p -> file.append(Pem.write("PUBLIC KEY", p.getPublic().getEncoded())));
    assertThat(accepted(file.toString(), false)).isEqualTo(20);
  }

  @Test
  void areAcceptedByCertificatesInOneFile() throws Exception {
    OpenSsl.needed();
    StringBuilder file = new StringBuilder();
    for (String name : PAIRS.keySet()) {
      Files.writeString(
          folder.resolve(name + ".pem"),
          Pem.write("PRIVATE KEY", PAIRS.get(name).getPrivate().getEncoded()));
      file.append(
          OpenSsl.run(
              folder, "req -x509 -new -subj /CN=issuer -days 2 -text -key " + name + ".pem"));
    }
    assertThat(accepted(file.toString(), false)).isEqualTo(20);
  }

  @Test
  void areAcceptedByAJwkSet() throws Exception {
    List<String> keys = new ArrayList<>();
    PAIRS.forEach((name, pair) -> keys.add(jwk(name, pair)));
    keys.add("{\"kty\":\"RSA\",\"use\":\"enc\",\"n\":\"AQAB\",\"e\":\"AQAB\"}");
    assertThat(accepted("{\"keys\":[" + String.join(",", keys) + "]}", true)).isEqualTo(20);
  }

  @Test
  void areAcceptedByAnOldRsaPublicKey() throws Exception {
    OpenSsl.needed();
    Files.writeString(
        folder.resolve("rsa.pem"),
        Pem.write("PRIVATE KEY", PAIRS.get("rsa").getPrivate().getEncoded()));
    String pkcs1 = OpenSsl.run(folder, "rsa -in rsa.pem -RSAPublicKey_out");
    assertThat(pkcs1).contains("BEGIN RSA PUBLIC KEY");
    String key = pkcs1.substring(pkcs1.indexOf("-----BEGIN"));
    try (TestDoor door = TestDoor.open(folder, key.getBytes(), "ssl", false)) {
      String token = Jwt.token("RS256", PAIRS.get("rsa").getPrivate(), Jwt.claims());
      assertThat(door.getAs(token, "/x").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void mayDifferInManyWays() throws Exception {
    var key = PAIRS.get("rsa").getPrivate();
    long now = Instant.now().getEpochSecond();
    String claims = Jwt.json(Jwt.claims());
    try (TestDoor door =
        TestDoor.open(folder, Jwt.pem(PAIRS.get("rsa").getPublic()), "ssl", false)) {
      List<String> good =
          List.of(
              Jwt.token("RS256", key, Jwt.claims("aud", TestDoor.SERVER_ID)),
              Jwt.token("RS256", key, Jwt.claims("aud", List.of("x", TestDoor.SERVER_ID))),
              Jwt.token("RS256", key, Jwt.claims("exp", now - 20)),
              Jwt.token("RS256", key, Jwt.claims("nbf", now + 20, "iat", now + 20)),
              Jwt.token("RS256", key, Jwt.claims("exp", 253_402_300_799L)),
              Jwt.token("RS256", key, Jwt.claims("kasm_id", null)),
              Jwt.token("RS256", key, Jwt.claims("username", "username not found")),
              Jwt.token("RS256", key, Jwt.claims("kasm_id", "0F8FAD5BD9CB469FA16570867728950E")),
              Jwt.token("RS256", key, Jwt.claims("roles", List.of("a", Map.of("b", 1)))),
              Jwt.token("{\"alg\":\"RS256\"}", claims, "RS256", key),
              Jwt.token("{\"alg\":\"RS256\",\"typ\":\"at+JWT\"}", claims, "RS256", key),
              Jwt.token(
                  "{\"alg\":\"RS256\",\"kid\":\"any\",\"x5t\":\"abc\"}", claims, "RS256", key),
              Jwt.token(" {\"\\u0061lg\" : \"RS256\"} ", claims, "RS256", key));
      for (String token : good) {
        assertThat(door.getAs(token, "/x").statusCode()).as(token).isEqualTo(200);
      }
      assertThat(door.getAs(good.get(5), "/x").body()).contains("session=null");
      assertThat(door.getAs(good.get(6), "/x").body()).contains("username=null");
      assertThat(door.getAs(good.get(7), "/x").body())
          .contains("kasmId=0f8fad5b-d9cb-469f-a165-70867728950e");
    }
  }

  /** Sends a token of each algorithm, in the header and as parameter; counts those served. */
  private int accepted(String keyFile, boolean named) throws Exception {
    int accepted = 0;
    try (TestDoor door = TestDoor.open(folder, keyFile.getBytes())) {
      for (Map.Entry<String, String> algorithm : ALGORITHMS.entrySet()) {
        String header =
            named
                ? "{\"alg\":\"%s\",\"kid\":\"%s\"}"
                    .formatted(algorithm.getKey(), algorithm.getValue())
                : "{\"alg\":\"%s\"}".formatted(algorithm.getKey());
        String token =
            Jwt.token(
                header,
                Jwt.json(Jwt.claims()),
                algorithm.getKey(),
                PAIRS.get(algorithm.getValue()).getPrivate());
        HttpResponse<String> inHeader = door.getAs(token, "/x");
        HttpResponse<String> asParameter = door.get("/x?token=" + token);
        assertThat(inHeader.statusCode()).as(algorithm + inHeader.body()).isEqualTo(200);
        assertThat(asParameter.statusCode()).as(algorithm.toString()).isEqualTo(200);
        accepted += 2;
      }
    }
    return accepted;
  }

  private static String jwk(String name, KeyPair pair) {
    return switch (pair.getPublic()) {
      case RSAPublicKey rsa ->
          "{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"%s\"}"
              .formatted(
                  name, Jwt.number(rsa.getModulus(), 0), Jwt.number(rsa.getPublicExponent(), 0));
      case ECPublicKey ec -> {
        int size = (ec.getParams().getCurve().getField().getFieldSize() + 7) / 8;
        yield "{\"kty\":\"EC\",\"crv\":\"%s\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}"
            .formatted(
                name.replace("p", "P-"),
                name,
                Jwt.number(ec.getW().getAffineX(), size),
                Jwt.number(ec.getW().getAffineY(), size));
      }
      case EdECPublicKey ed -> {
        byte[] spki = ed.getEncoded();
        yield "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"%s\",\"alg\":\"EdDSA\",\"x\":\"%s\"}"
            .formatted(name, Jwt.base64(Arrays.copyOfRange(spki, spki.length - 32, spki.length)));
      }
      default -> throw new AssertionError();
    };
  }
}
