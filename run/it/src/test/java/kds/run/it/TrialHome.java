package kds.run.it;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;

/** A home as run/start lays it out, in a fresh folder, for tests inside the framework. */
final class TrialHome {
  static final String SERVER_ID = "3a52b6f1-6a6c-4a3e-9a3e-0d5f3a1f0c11";

  private TrialHome() {}

  static Path create() throws IOException, GeneralSecurityException {
    Path home = Files.createTempDirectory("kds-it-");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> Service.delete(home)));
    for (String folder : List.of("certs", "issuer", "Files", "deploy", "state", "run", "log")) {
      Files.createDirectory(home.resolve(folder));
    }
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    Files.write(home.resolve("issuer/key.der"), pair.getPrivate().getEncoded());
    Files.writeString(
        home.resolve("certs/jwt.pem"),
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(pair.getPublic().getEncoded())
            + "\n-----END PUBLIC KEY-----\n");
    Files.writeString(home.resolve("config.yaml"), configuration(home));
    return home;
  }

  private static String configuration(Path home) throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return """
      port: %d
      server_private_key: "%s/certs/key.pem"
      server_public_key: "%s/certs/cert.pem"
      jwt_public_key: "%s/certs/jwt.pem"
      multi_user: false
      upload_dir: "%s/Files"
      download_dir: "%s/Files"
      server_id: "%s"
      """
          .formatted(free.getLocalPort(), home, home, home, home, home, SERVER_ID);
    }
  }
}
