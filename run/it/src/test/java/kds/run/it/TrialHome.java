package kds.run.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A home as run/start lays it out, in a fresh folder. */
final class TrialHome {
  private TrialHome() {}

  static Path create() throws IOException {
    Path home = Files.createTempDirectory("kds-it-");
    for (String folder : List.of("certs", "issuer", "Files", "deploy", "state", "run", "log")) {
      Files.createDirectory(home.resolve(folder));
    }
    return home;
  }
}
