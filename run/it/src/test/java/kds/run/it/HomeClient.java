package kds.run.it;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;

/** A client of the service in a {@link TrialHome}, with tokens signed by that home's key. */
final class HomeClient {
  private final Path home;
  private final int port;

  HomeClient(Path home, int port) {
    this.home = home;
    this.port = port;
  }

  HttpResponse<String> get(String path, String scope) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + port + path));
    if (scope != null) {
      request.header("Authorization", "Bearer " + token(scope));
    }
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(Trust.of(home.resolve("certs/cert.pem"))).build()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private String token(String scope) throws Exception {
    String claims =
        """
        {"sub":"tester","kasm_id":"5f1c1d4e-9a51-4a53-9a44-1d8f8f5d1f00","username":"tester",\
        "credential_type":"static","scope":"%s","aud":"%s","exp":%d}"""
            .formatted(scope, TrialHome.SERVER_ID, Instant.now().getEpochSecond() + 600);
    String signed = encode("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + encode(claims);
    byte[] der = Files.readAllBytes(home.resolve("issuer/key.der"));
    PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key);
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  private static String encode(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
