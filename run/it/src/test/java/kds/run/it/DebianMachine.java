package kds.run.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A Debian with real systemd, xrdp and XFCE, booted for a test in a container of its own ({@code
 * run/debian/machine}). Each machine begins as the same tree; what happens in it is gone when it is
 * closed, or when this Java machine dies.
 */
final class DebianMachine implements AutoCloseable {
  static final Path ROOT = Path.of(System.getProperty("kds.root"));

  /** Logs of running machines, and what is kept of failures; left to the next clean build. */
  static final Path TARGET = ROOT.resolve("run/it/target/debian");

  static final Duration LIMIT = Duration.ofMinutes(1);

  /** The JDK that runs the tests, inside of the machine. */
  static final String JAVA_HOME = "/usr/lib/jvm/host";

  private static final Duration BUILD_AND_BOOT = Duration.ofMinutes(20);

  private final Path logs;
  private final Running keeper;
  private final ProcessHandle leader;
  private final AtomicInteger started = new AtomicInteger();

  private DebianMachine(Path logs, Running keeper, ProcessHandle leader) {
    this.logs = logs;
    this.keeper = keeper;
    this.leader = leader;
  }

  /** Boots a machine and waits until systemd has done all jobs of the boot. */
  static DebianMachine boot(String... nspawnOptions) throws IOException, InterruptedException {
    Files.createDirectories(TARGET);
    Path logs = Files.createTempDirectory(TARGET, "machine-");
    Path jdk = Path.of(System.getProperty("java.home")).toRealPath();
    List<String> words = new ArrayList<>();
    words.add(ROOT.resolve("run/debian/machine").toString());
    words.add("--bind-ro=" + jdk + ":" + JAVA_HOME);
    words.addAll(List.of(nspawnOptions));
    Running keeper = Running.start(logs.resolve("console.log"), words);
    try {
      String state = keeper.await("^machine: (\\w+)", BUILD_AND_BOOT).group(1);
      DebianMachine machine = new DebianMachine(logs, keeper, leaderOf(keeper.process()));
      if (!state.equals("running")) {
        String failed = machine.run("systemctl", "--failed", "--plain").output();
        throw new AssertionError("The machine is " + state + " after its boot:\n" + failed);
      }
      return machine;
    } catch (AssertionError | RuntimeException | InterruptedException e) {
      end(keeper);
      remove(logs);
      throw e;
    }
  }

  /** The machine's first process, as the host knows it. */
  private static ProcessHandle leaderOf(Process keeper) {
    return keeper
        .descendants()
        .filter(process -> named(process.parent().orElse(process), "systemd-nspawn"))
        .filter(process -> named(process, "systemd"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("The machine has no first process"));
  }

  private static boolean named(ProcessHandle process, String name) {
    return process.info().command().map(Path::of).filter(path -> path.endsWith(name)).isPresent();
  }

  ProcessHandle leader() {
    return leader;
  }

  /** The name of its folder and cgroups on the host. */
  String name() {
    return Stream.of(leader.parent().orElseThrow().info().arguments().orElseThrow())
        .filter(word -> word.startsWith("--machine="))
        .map(word -> word.substring(word.indexOf('=') + 1))
        .findFirst()
        .orElseThrow();
  }

  /** Runs a command as root, within a minute. */
  Outcome run(String... command) throws IOException, InterruptedException {
    return run(LIMIT, new byte[0], List.of(command));
  }

  Outcome run(Duration limit, byte[] input, List<String> command)
      throws IOException, InterruptedException {
    return Host.run(limit, input, inside(command));
  }

  /** The output of a command that must succeed. */
  String succeed(String... command) throws IOException, InterruptedException {
    return run(command).succeeded().output();
  }

  /** Starts a command as root that goes on until it is closed. */
  Running start(String... command) throws IOException {
    Path log = logs.resolve(started.incrementAndGet() + "-" + Path.of(command[0]).getFileName());
    return Running.start(log, inside(List.of(command)));
  }

  /** Words that run a command as this user, with his groups and home: for run and start. */
  static String[] as(DebianUser user, String... command) {
    List<String> words = new ArrayList<>(List.of("runuser", "-u", user.name(), "--", "env"));
    words.addAll(List.of("--chdir=" + user.home(), "HOME=" + user.home(), "USER=" + user.name()));
    words.addAll(List.of(command));
    return words.toArray(String[]::new);
  }

  /** Runs a command of the host, with its files, in the machine's network. */
  Outcome inNetwork(String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("nsenter", "-t", Long.toString(leader.pid()), "-n", "--"));
    words.addAll(List.of(command));
    return Host.run(LIMIT, new byte[0], words);
  }

  private List<String> inside(List<String> command) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("nsenter", "-t", Long.toString(leader.pid()), "-a", "--", "env", "-i"));
    words.add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    words.addAll(List.of("HOME=/root", "LANG=en_US.UTF-8", "JAVA_HOME=" + JAVA_HOME));
    words.addAll(command);
    return words;
  }

  /** Follows the journal from now on: nothing that comes after this call is missed. */
  Running journal(String... options) throws IOException, InterruptedException {
    String last = succeed("journalctl", "-o", "cat", "-n", "1", "--show-cursor");
    String cursor = last.substring(last.lastIndexOf("-- cursor: ") + "-- cursor: ".length());
    List<String> words = new ArrayList<>(List.of("journalctl", "-f", "--after-cursor=" + cursor));
    words.addAll(List.of(options));
    return start(words.toArray(String[]::new));
  }

  /** Waits for a message of the journal, from this boot's first one on. */
  String awaitJournal(String pattern, Duration limit) throws IOException, InterruptedException {
    try (Running journal = start("journalctl", "-o", "cat", "--no-tail", "-f")) {
      return journal.await(pattern, limit).group();
    }
  }

  /** Writes a file; its folder must be there. */
  void write(String path, byte[] content, String mode) throws IOException, InterruptedException {
    String script = "umask 077 && cat > \"$1\" && chmod \"$2\" \"$1\"";
    run(LIMIT, content, List.of("sh", "-c", script, "write", path, mode)).succeeded();
  }

  byte[] read(String path) throws IOException, InterruptedException {
    return run("cat", path).succeeded().bytes();
  }

  /** Copies a file or folder of the host into a folder of the machine; it will be root's. */
  void copyIn(Path from, String folder) throws IOException, InterruptedException {
    List<String> pack = List.of("tar", "-C", from.toString(), "-c", ".");
    if (Files.isRegularFile(from)) {
      pack = List.of("tar", "-C", from.getParent().toString(), "-c", from.getFileName().toString());
    }
    byte[] packed = Host.run(LIMIT, new byte[0], pack).succeeded().bytes();
    List<String> unpack = List.of("tar", "-C", folder, "-x", "--no-same-owner");
    succeed("mkdir", "-p", folder);
    run(LIMIT, packed, unpack).succeeded();
  }

  /** Copies a file of the machine to the host. */
  void copyOut(String from, Path to) throws IOException, InterruptedException {
    Files.write(to, read(from));
  }

  /** Makes an account with a home, as an administrator would. */
  DebianUser addUser(String name) throws IOException, InterruptedException {
    String password = UUID.randomUUID().toString();
    succeed("useradd", "--create-home", "--shell", "/bin/bash", name);
    run(LIMIT, (name + ":" + password).getBytes(), List.of("chpasswd")).succeeded();
    return new DebianUser(name, Long.parseLong(succeed("id", "-u", name)), password);
  }

  /**
   * Waits until xrdp accepts. Its unit is "started" two seconds earlier: a first process tries the
   * port and gives it up again, and only the one that stays says that it is starting.
   */
  void awaitXrdp() throws IOException, InterruptedException {
    try (Running journal = start("journalctl", "-o", "cat", "--no-tail", "-f", "-t", "xrdp")) {
      journal.await("starting xrdp with pid", LIMIT);
      journal.await("xrdp_listen_pp done", LIMIT);
    }
  }

  /** Logs in by RDP and waits until the desktop is drawn. */
  RdpLogin logInByRdp(DebianUser user) throws IOException, InterruptedException {
    return RdpLogin.to(this, user);
  }

  /** Installs the distribution as a package would; it is not started. */
  DebianService installService(String config) throws IOException, InterruptedException {
    return DebianService.install(this, config);
  }

  /** Keeps what tells why a test failed: console, journal, logs, a picture of every display. */
  void keepEvidence(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    if (leader.isAlive()) {
      String script = ROOT.resolve("run/debian/evidence").toString();
      byte[] collect = Files.readAllBytes(Path.of(script));
      byte[] packed = run(LIMIT, collect, List.of("sh", "-s")).bytes();
      Host.run(LIMIT, packed, List.of("tar", "-C", folder.toString(), "-x")).succeeded();
    }
    Host.run(LIMIT, new byte[0], List.of("cp", "-r", logs + "/.", folder.toString())).succeeded();
  }

  /** Ends the machine at once, as if its plug were pulled; nothing of it stays on the host. */
  @Override
  public void close() throws IOException {
    end(keeper);
    remove(logs);
  }

  /** Closing its input ends it; that way it cleans up, which a kill would not let it do. */
  private static void end(Running keeper) {
    try {
      keeper.process().getOutputStream().close();
    } catch (IOException ignored) {
      // It has ended already.
    }
    keeper.process().onExit().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
  }

  private static void remove(Path logs) throws IOException {
    try (Stream<Path> files = Files.list(logs)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(logs);
  }
}
