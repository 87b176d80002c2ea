package kds.run.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The distribution, installed on a machine as a package would and run by its unit. */
final class DebianService {
  static final String UNIT = "kasm-desktop.service";

  private static final Path DIST = Path.of(System.getProperty("kds.dist"));
  private static final String OPT = "/opt/kasm-desktop-service";
  private static final String ETC = "/etc/kasm-desktop-service";
  private static final String SERVER_ID = UUID.randomUUID().toString();
  private static final String KEYS = "/root/issuer";
  private static final Duration READY = Duration.ofSeconds(60);

  private static final String CONFIG =
      """
      ssl: true
      port: 4902
      server_private_key: "%1$s/certs/key.pem"
      server_public_key: "%1$s/certs/cert.pem"
      jwt_public_key: "%1$s/certs/jwt.pem"
      multi_user: true
      upload_dir: "%2$s/Upload"
      download_dir: "%2$s/Download"
      script_path: "%2$s/scripts"
      server_id: "%3$s"
      debug: false
      """
          .formatted(ETC, OPT, SERVER_ID);

  private final DebianMachine machine;

  private DebianService(DebianMachine machine) {
    this.machine = machine;
  }

  /** Lays it out with a fresh token key; {@code more} is appended to the configuration. */
  static DebianService install(DebianMachine machine, String more)
      throws IOException, InterruptedException {
    if (!Files.isDirectory(DIST.resolve("bundle"))) {
      throw new IllegalStateException("No distribution in " + DIST + "; run mvn package first");
    }
    DebianService service = new DebianService(machine);
    machine.copyIn(DIST, OPT);
    machine.succeed("chmod", "-R", "u=rwX,go=rX", OPT);
    machine.succeed("ln", "-s", DebianMachine.JAVA_HOME, OPT + "/runtime");
    machine.succeed("install", "-d", "-m", "700", ETC, ETC + "/certs", KEYS);
    machine.copyIn(DebianMachine.ROOT.resolve("run/lib/Issuer.java"), KEYS);
    machine.succeed(DebianMachine.JAVA_HOME + "/bin/javac", "-d", KEYS, KEYS + "/Issuer.java");
    service.issuer("keys", KEYS + "/key.pem", ETC + "/certs/jwt.pem");
    machine.write(ETC + "/config.yaml", (CONFIG + more).getBytes(StandardCharsets.UTF_8), "600");
    machine.succeed("ln", "-s", OPT + "/systemd/" + UNIT, "/etc/systemd/system/" + UNIT);
    machine.succeed("systemctl", "daemon-reload");
    return service;
  }

  private String issuer(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(DebianMachine.JAVA_HOME + "/bin/java", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", KEYS, "Issuer"));
    command.addAll(List.of(words));
    return machine.succeed(command.toArray(String[]::new));
  }

  /** Starts it by systemd, unless it runs, and waits until it says that it is ready. */
  DebianService start() throws IOException, InterruptedException {
    if (property("ActiveState").equals("active")) {
      return this;
    }
    try (Running journal = machine.journal("-o", "cat", "-u", UNIT)) {
      machine.succeed("systemctl", "start", UNIT);
      journal.await("\\bREADY\\b", READY);
    }
    return this;
  }

  void stop() throws IOException, InterruptedException {
    machine.succeed("systemctl", "stop", UNIT);
  }

  /** A property of the unit, as systemd has it. */
  String property(String name) throws IOException, InterruptedException {
    return machine.succeed("systemctl", "show", "--value", "-p", name, UNIT);
  }

  /** A token of this account's session, good for an hour; {@code claims} add or replace. */
  String token(DebianUser user, String... claims) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("token", KEYS + "/key.pem", "3600"));
    words.addAll(List.of("sub=" + user.name(), "username=" + user.name()));
    words.addAll(List.of("kasm_user=" + user.name(), "kasm_id=" + UUID.randomUUID()));
    words.addAll(List.of("credential_type=static", "aud=" + SERVER_ID));
    words.add("scope=files:read files:write screenshot health session admin");
    words.addAll(List.of(claims));
    return issuer(words.toArray(String[]::new));
  }

  /** Runs curl inside of the machine; {@code path} is completed to an address of the service. */
  Outcome curl(String token, String path, String... options)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("curl", "-sS", "--cacert", ETC + "/certs/cert.pem", "-H", "@-"));
    words.addAll(List.of(options));
    words.add("https://localhost:4902" + path);
    byte[] header = ("Authorization: Bearer " + token + "\n").getBytes(StandardCharsets.UTF_8);
    return machine.run(DebianMachine.LIMIT, header, words);
  }
}
