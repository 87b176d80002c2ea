package kds.run.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * An LDAP directory on a machine (slapd), and the machine as its client (nslcd, with the time
 * limits that it comes with). Each user has a group of his own number and is a member of {@code
 * drawing}.
 */
final class DebianDirectory {
  static final long DRAWING = 20_010;

  private static final String SLAPD = "directory.service";
  private static final String BASE = "dc=example,dc=net";
  private static final String ADMIN = "cn=admin," + BASE;
  private static final String CONFIG = "/etc/ldap/test.conf";
  private static final Duration BACK = Duration.ofSeconds(40);

  private final DebianMachine machine;
  private final String password = UUID.randomUUID().toString();

  private DebianDirectory(DebianMachine machine) {
    this.machine = machine;
  }

  /** Starts a directory without users, and has the machine look accounts up in it. */
  static DebianDirectory install(DebianMachine machine) throws IOException, InterruptedException {
    DebianDirectory directory = new DebianDirectory(machine);
    directory.startServer();
    directory.add(
        """
        dn: %1$s
        objectClass: dcObject
        objectClass: organization
        o: Example

        dn: cn=drawing,%1$s
        objectClass: posixGroup
        gidNumber: %2$d
        """
            .formatted(BASE, DRAWING));
    directory.makeClient();
    return directory;
  }

  private void startServer() throws IOException, InterruptedException {
    String config =
        """
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/nis.schema
        modulepath /usr/lib/ldap
        moduleload back_mdb
        database mdb
        suffix "%s"
        rootdn "%s"
        rootpw %s
        directory /var/lib/ldap-test
        index uid,uidNumber,gidNumber,memberUid eq
        """
            .formatted(BASE, ADMIN, password);
    machine.write(CONFIG, config.getBytes(StandardCharsets.UTF_8), "644");
    machine.succeed("install", "-d", "-o", "openldap", "-g", "openldap", "/var/lib/ldap-test");
    machine.succeed(
        "systemd-run",
        "--quiet",
        "--unit=" + SLAPD,
        "--property=Type=forking",
        "--collect",
        "slapd",
        "-f",
        CONFIG,
        "-h",
        "ldap://127.0.0.1/",
        "-u",
        "openldap",
        "-g",
        "openldap");
  }

  private void makeClient() throws IOException, InterruptedException {
    String config =
        """
        uid nslcd
        gid nslcd
        uri ldap://127.0.0.1/
        base %s
        ignorecase yes
        """
            .formatted(BASE);
    machine.write("/etc/nslcd.conf", config.getBytes(StandardCharsets.UTF_8), "644");
    machine.succeed("sed", "-i", "-E", "/^(passwd|group|shadow):/s/$/ ldap/", "/etc/nsswitch.conf");
    machine.succeed("pam-auth-update", "--enable", "ldap", "mkhomedir");
    machine.succeed("systemctl", "start", "nslcd");
  }

  /** Makes an account; he has no home yet. */
  DebianUser addUser(String name, long uid) throws IOException, InterruptedException {
    String secret = UUID.randomUUID().toString();
    add(
        """
        dn: uid=%1$s,%2$s
        objectClass: account
        objectClass: posixAccount
        objectClass: shadowAccount
        cn: %1$s
        uidNumber: %3$d
        gidNumber: %3$d
        homeDirectory: /home/%1$s
        loginShell: /bin/bash
        userPassword: %4$s

        dn: cn=%1$s,%2$s
        objectClass: posixGroup
        gidNumber: %3$d
        """
            .formatted(name, BASE, uid, secret));
    modify(
        """
        dn: cn=drawing,%s
        changetype: modify
        add: memberUid
        memberUid: %s
        """
            .formatted(BASE, name));
    return new DebianUser(name, uid, secret);
  }

  void removeUser(DebianUser user) throws IOException, InterruptedException {
    for (String entry : List.of("uid=", "cn=")) {
      modify("dn: " + entry + user.name() + "," + BASE + "\nchangetype: delete\n");
    }
  }

  private void add(String ldif) throws IOException, InterruptedException {
    tell("ldapadd", ldif);
  }

  private void modify(String ldif) throws IOException, InterruptedException {
    tell("ldapmodify", ldif);
  }

  private void tell(String tool, String ldif) throws IOException, InterruptedException {
    List<String> words =
        List.of(tool, "-x", "-H", "ldap://127.0.0.1/", "-D", ADMIN, "-w", password);
    machine.run(DebianMachine.LIMIT, ldif.getBytes(StandardCharsets.UTF_8), words).succeeded();
  }

  /** How a directory fails. */
  enum Outage {
    /** It is not there: connections are refused. */
    STOPPED,
    /** It accepts connections and never answers. */
    SILENT
  }

  void fail(Outage how) throws IOException, InterruptedException {
    if (how == Outage.STOPPED) {
      machine.succeed("systemctl", "stop", SLAPD);
    } else {
      machine.succeed("systemctl", "kill", "-s", "STOP", SLAPD);
    }
  }

  /** Mends it, and waits until the machine's own client has noticed. */
  void mend(Outage how) throws IOException, InterruptedException {
    if (how == Outage.SILENT) {
      machine.succeed("systemctl", "kill", "-s", "CONT", SLAPD);
    } else {
      startServer();
    }
    String until = "until getent group drawing; do sleep 0.2; done";
    machine.run(BACK, new byte[0], List.of("sh", "-c", until)).succeeded();
  }
}
