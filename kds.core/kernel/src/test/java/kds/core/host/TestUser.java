package kds.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kds.api.host.HostUser;
import kds.core.host.linux.FileCalls;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.LoggerFactory;

/** A real account of this machine, with a home in a folder of its own; gone when closed. */
final class TestUser implements AutoCloseable {
  private final String name;
  private final Path base;
  private final Thread lastResort = new Thread(this::remove);
  private HostUser account;

  private TestUser(String name, Path base) {
    this.name = name;
    this.base = base;
  }

  /** Makes one, or skips the test with the reason when this cannot be done. */
  static TestUser make() throws Exception {
    requireRoot();
    String name = "kdst" + Long.toString(System.nanoTime() & 0xffffffffL, 36);
    Path base = Files.createTempDirectory("kdst-");
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
    TestUser user = new TestUser(name, base);
    Runtime.getRuntime().addShutdownHook(user.lastResort);
    run("useradd", "-m", "-d", base.resolve("home").toString(), "-s", "/bin/sh", name);
    user.account = new NssUsers().byName(name).orElseThrow();
    return user;
  }

  static void requireRoot() {
    if (FileCalls.uid() != 0) {
      skip("needs root, to make users and to act for them");
    }
  }

  static void skip(String reason) {
    LoggerFactory.getLogger(TestUser.class).warn("Skipped: {}", reason);
    Assumptions.abort(reason);
  }

  HostUser account() {
    return account;
  }

  String name() {
    return name;
  }

  /** The folder that holds the home; root's own. */
  Path base() {
    return base;
  }

  Path home() {
    return base.resolve("home");
  }

  Path downloads() {
    return home().resolve("Downloads");
  }

  /** Runs a shell command as the user, in his home. */
  String sh(String script) throws Exception {
    return run("setpriv", commandAs("sh", "-ec", "cd \"$HOME\"\n" + script));
  }

  /** Starts a perl script as the user, in his Downloads folder. */
  Process perl(String script, String argument) throws IOException {
    List<String> command = new ArrayList<>(List.of("setpriv"));
    command.addAll(List.of(commandAs("perl", "-e", script, argument)));
    return new ProcessBuilder(command)
        .directory(downloads().toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private String[] commandAs(String... command) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--reuid=" + account.uid(),
                "--regid=" + account.gid(),
                "--clear-groups",
                "env",
                "HOME=" + home()));
    all.addAll(List.of(command));
    return all.toArray(String[]::new);
  }

  static String run(String program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).describedAs("%s: %s", command, output).isZero();
    return output;
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(lastResort);
    remove();
  }

  private void remove() {
    try {
      run("userdel", "-f", name);
      deleteTree(base);
    } catch (Exception | AssertionError e) {
      LoggerFactory.getLogger(TestUser.class).error("The user {} was left behind", name, e);
    }
  }

  static void deleteTree(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
