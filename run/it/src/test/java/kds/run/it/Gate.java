package kds.run.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Session scripts on a machine that stop and wait, for the users that a test shuts them for: so a
 * session is kept in the middle of its start or of its end.
 */
final class Gate {
  private static final String SCRIPTS = "/opt/kasm-desktop-service/scripts/";
  private static final String FOLDER = "/run/gate/";

  /** Opening a pipe waits until the other side opens it too; reading ends when that one closes. */
  private static final String SCRIPT =
      """
      #!/bin/bash
      # kds: wait timeout=5m
      at=%1$s${username}.%2$s
      echo "%2$s $kasm_id" >> %1$sacts
      [ ! -p "$at" ] || { touch "$at.inside"; cat < "$at"; }
      """;

  private final DebianMachine machine;

  private Gate(DebianMachine machine) {
    this.machine = machine;
  }

  static Gate install(DebianMachine machine) throws IOException, InterruptedException {
    machine.succeed("install", "-d", FOLDER);
    for (String folder : List.of("session_start", "session_end")) {
      machine.succeed("install", "-d", SCRIPTS + folder);
      byte[] script = SCRIPT.formatted(FOLDER, folder).getBytes(StandardCharsets.UTF_8);
      machine.write(SCRIPTS + folder + "/50-gate.sh", script, "755");
    }
    return new Gate(machine);
  }

  private static String place(DebianUser user, String folder) {
    return FOLDER + user.name() + "." + folder;
  }

  void shut(DebianUser user, String folder) throws IOException, InterruptedException {
    machine.succeed("mkfifo", place(user, folder));
  }

  /** Waits until a script stands before it. */
  void awaitInside(DebianUser user, String folder) throws IOException, InterruptedException {
    String until = "until [ -e \"$0\" ]; do sleep 0.02; done";
    machine.succeed("sh", "-c", until, place(user, folder) + ".inside");
  }

  /** Waits until a script stands before it, and lets that one through, and all that come later. */
  void open(DebianUser user, String folder) throws IOException, InterruptedException {
    String script = "exec 3> \"$0\"; rm -f \"$0\" \"$0.inside\"";
    machine.succeed("sh", "-c", script, place(user, folder));
  }

  /** What scripts were run, as {@code folder kasm_id} lines. */
  List<String> acts() throws IOException, InterruptedException {
    return machine.run("cat", FOLDER + "acts").output().lines().toList();
  }
}
