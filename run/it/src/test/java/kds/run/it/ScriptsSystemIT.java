package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Scripts in the assembled service, and its bundle replaced under one that runs. */
class ScriptsSystemIT {
  private static final String WORDS = "kds.scripts.output: service_startup/10-long.sh: ";
  private Service service;
  private Path gate;
  private Path script;

  @BeforeEach
  void start() throws Exception {
    service = Service.fresh();
    gate = service.home().resolve("gate");
    for (String folder : new String[] {"service_startup", "session_start", "session_end"}) {
      Files.createDirectories(service.home().resolve("scripts").resolve(folder));
    }
    script = service.home().resolve("scripts/service_startup/10-long.sh");
    Files.writeString(
        script,
        "#!/bin/bash\necho begun\nuntil [ -e "
            + gate
            + " ]; do sleep 0.1; done\necho \"token[$jwt_token] port[$api_port]\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    service.start();
  }

  @AfterEach
  void stop() throws Exception {
    try {
      if (!Files.exists(gate)) {
        Files.createFile(gate);
      }
      untilLogged(WORDS + "ended"); // A script would outlive the service.
    } finally {
      service.close();
    }
  }

  private void untilLogged(String text) throws Exception {
    String log = service.home().resolve("log/console.log").toString();
    List<String> follow = List.of("tail", "-n", "+1", "-f", log);
    try (Running lines = Running.start(service.home().resolve("log/followed"), follow)) {
      lines.await(Pattern.quote(text), Duration.ofMinutes(1));
    }
  }

  private void deployNewer() throws IOException {
    Path fresh = service.home().resolve("newer.tmp");
    Files.write(fresh, NewerBundle.of("kds.scripts", "1.0.1"));
    Files.move(fresh, service.home().resolve("deploy/scripts.jar"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static Path dist() {
    return Path.of(System.getProperty("kds.dist"));
  }

  @Test
  void aScriptRunsOnAndIsHeardWhenItsBundleIsReplaced() throws Exception {
    untilLogged(WORDS + "begun");
    deployNewer();
    untilLogged("Replaced kds.scripts");
    Files.createFile(gate);
    untilLogged(WORDS + "token[] port[443]");
    untilLogged(WORDS + "ended: DONE");
    untilLogged("has served its last call and is gone");
    String log = Files.readString(service.home().resolve("log/console.log"));
    // The new bundle did not run it again.
    assertThat(log.split(WORDS + "begun", -1)).hasSize(2);
    assertThat(log).doesNotContain(" ERROR ");
  }

  /** Without the service nobody looks at its limit any more. */
  @Test
  void aScriptEndsWithTheService() throws Exception {
    untilLogged(WORDS + "begun");
    String found = Host.run("pgrep", "-f", script.toString()).output();
    assertThat(found).as("it runs").isNotEmpty();
    service.stop();
    assertThat(Host.run("pgrep", "-f", script.toString()).output()).isEmpty();
    untilLogged(WORDS + "ended: ENDED");
  }

  @Test
  void theShippedProgramAsksTheServiceForADesktop() throws Exception {
    Path program = dist().resolve("bin/kds-wait-display");
    String socket = service.home().resolve("run/admin.sock").toString();
    Outcome nobody =
        Host.run("env", "KDS_SOCKET=" + socket, program.toString(), "--user", "no-such-user");
    assertThat(nobody.exit()).isEqualTo(1);
    assertThat(nobody.errors())
        .isEqualTo("kds-wait-display: There is no account 'no-such-user' here");
    String self = System.getProperty("user.name");
    Outcome late =
        Host.run(
            "env", "KDS_SOCKET=" + socket, program.toString(), "--user", self, "--timeout", "0");
    assertThat(late.exit()).isEqualTo(1);
    assertThat(late.errors()).contains("No desktop of " + self);
  }
}
