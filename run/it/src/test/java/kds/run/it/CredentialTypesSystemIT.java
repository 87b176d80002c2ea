package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What each credential type implies (behaviour page, "Uploads and Downloads on Multi-user Systems"
 * and "Builtin Scripts"): whether there is a user name, whose home files go to, and whether
 * built-in scripts run.
 */
@OnDebian
class CredentialTypesSystemIT {
  private static final String OPT = "/opt/kasm-desktop-service";
  private static final String TOLD = "/root/told/";

  private static DebianService service;
  private static DebianUser alice;
  private static String control;

  @BeforeAll
  static void install(DebianMachine machine) throws Exception {
    service = machine.installService("scripts: {session_start: wait}\n").start();
    alice = machine.addUser("alice");
    machine.succeed(DebianMachine.as(alice, "mkdir", alice.home() + "/Downloads"));
    machine.addUser("dora"); // She has no Downloads folder.
    control = service.token(alice, "scope=session");
    machine.succeed("mkdir", "-p", TOLD, OPT + "/scripts/session_start", OPT + "/Upload");
    script(machine, "session_start/10-who.sh", "hook");
    script(machine, "builtin/load_persistent_profile.sh", "load");
    script(machine, "builtin/save_persistent_profile.sh", "save");
  }

  private static void script(DebianMachine machine, String name, String told) throws Exception {
    String text = "#!/bin/bash\necho \"[$username]\" > " + TOLD + "$kasm_id." + told + "\n";
    machine.write(OPT + "/scripts/" + name, text.getBytes(StandardCharsets.UTF_8), "755");
  }

  @ParameterizedTest
  @CsvSource({
    // type, sent as username, outcome, $username, built-ins run, files go to
    "static,      alice,              ready,    alice, yes, home",
    "static,      dora,               ready,    dora,  yes, shared",
    "static,      '',                 degraded, '',    no,  shared",
    "static,      username not found, degraded, '',    no,  shared",
    "sso,         alice,              ready,    alice, yes, home",
    "sso,         '',                 degraded, '',    no,  shared",
    "smartcard,   alice,              ready,    alice, yes, home",
    "dynamic,     alice,              ready,    alice, yes, home",
    "dynamic,     comes-later,        ready,    comes-later, yes, -",
    "prompt_user, '',                 ready,    '',    no,  shared",
    "prompt_user, alice,              ready,    '',    no,  shared",
  })
  void implies(
      String type,
      String username,
      String outcome,
      String told,
      String builtins,
      String place,
      DebianMachine machine)
      throws Exception {
    DebianSession session = DebianSession.start(service, control, username, type, "");
    assertThat(session.started()).contains("\"outcome\":\"" + outcome + "\"");
    assertThat(read(machine, session, "hook")).isEqualTo("[" + told + "]");
    boolean run = builtins.equals("yes");
    assertThat(read(machine, session, "load")).isEqualTo(run ? "[" + told + "]" : "");
    if (!place.equals("-")) {
      assertThat(uploaded(machine, session, type, username)).isEqualTo(place);
    }
    assertThat(session.end()).contains("\"state\":\"ended\"");
    assertThat(read(machine, session, "save")).isEqualTo(run ? "[" + told + "]" : "");
  }

  private static String read(DebianMachine machine, DebianSession session, String what)
      throws Exception {
    return machine.run("cat", TOLD + session.kasmId() + "." + what).output();
  }

  /** Where a file lands that is sent up in such a session. */
  private static String uploaded(
      DebianMachine machine, DebianSession session, String type, String username) throws Exception {
    String token =
        service.token(
            alice,
            "credential_type=" + type,
            "username=" + username,
            "kasm_id=" + session.kasmId(),
            "scope=files:write");
    String name = UUID.randomUUID().toString();
    service.curl(token, "/Downloads/" + name, "-f", "-T", "/etc/hostname").succeeded();
    String found = machine.succeed("find", "/home", OPT, "-name", name);
    if (found.equals("/home/" + username + "/Downloads/" + name)) {
      assertThat(machine.succeed("stat", "-c", "%U", found)).isEqualTo(username);
      return "home";
    }
    return found.equals(OPT + "/Upload/" + name) ? "shared" : found;
  }

  @ParameterizedTest
  @CsvSource({"dynamic,'',400", "kerberos,alice,400", "static,root,409", "sso,daemon,409"})
  void refuses(String type, String username, String status) throws Exception {
    String order =
        "{\"kasm_id\":\"%s\",\"user_id\":\"u\",\"username\":\"%s\",\"credential_type\":\"%s\"}"
            .formatted(UUID.randomUUID(), username, type);
    Outcome answer =
        service.curl(
            control, "/session_start", "--json", order, "-o", "/dev/stderr", "-w", "%{http_code}");
    assertThat(answer.output()).as(answer.errors()).isEqualTo(status);
  }
}
