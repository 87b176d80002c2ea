package kds.core.host.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import kds.api.host.HostDesktopEnd;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostUser;
import kds.core.host.linux.Descriptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A machine without logind: processes of two users, files that make a display of them. */
class DesktopEndTest {
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration SHORT = Duration.ofMillis(300);

  /** Says that it is there, and its name when it is asked to end. */
  private static final String OBEDIENT =
      "exec perl -e '$SIG{TERM} = sub { open F, q(>>told); print F qq($ARGV[0]\\n); exit };"
          + " $| = 1; print qq(up\\n); sleep 9 while 1' $0";

  @RegisterExtension final Machine machine = Machine.withControlGroups();
  @TempDir Path folder;
  private final List<Process> begun = new ArrayList<>();
  private HostUser user;
  private HostUser other;
  private LinuxDesktops desktops;

  @BeforeEach
  void build() throws Exception {
    // Numbers that no account has and no other test at the same time.
    long uid = ThreadLocalRandom.current().nextLong(100_000_000, 2_000_000_000);
    user = numbered(uid);
    other = numbered(uid + 1);
    for (Path each : List.of(folder, folder.resolve(".X11-unix"), folder.resolve(".ICE-unix"))) {
      Files.createDirectories(each);
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    LogIns none = new LogIns(folder.resolve("no-logind"));
    desktops = new LinuxDesktops(machine.programs(), none, folder);
  }

  private static HostUser numbered(long uid) {
    return new HostUser("u" + uid, uid, uid, List.of(uid), Path.of("/"), "/bin/sh");
  }

  @AfterEach
  void killAll() throws Exception {
    for (Process each : begun) {
      each.descendants().forEach(ProcessHandle::destroyForcibly);
      each.destroyForcibly();
    }
  }

  /** Starts a shell script on a display, and awaits its first line. */
  private Process start(HostUser as, String display, String name, String script) throws Exception {
    String uid = Long.toString(as.uid());
    List<String> words = new ArrayList<>();
    if (as.uid() != 0) {
      words.addAll(List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups", "--"));
    }
    words.addAll(List.of("env", "-i", "PATH=/usr/bin:/bin", "DISPLAY=" + display));
    words.addAll(List.of("bash", "-c", script, name));
    Process process =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true).start();
    begun.add(process);
    BufferedReader said = process.inputReader();
    assertThat(CompletableFuture.supplyAsync(() -> line(said)).get(20, TimeUnit.SECONDS))
        .isEqualTo("up");
    return process;
  }

  private static String line(BufferedReader from) {
    try {
      return from.readLine();
    } catch (IOException e) {
      return e.toString();
    }
  }

  private Process program(HostUser as, String display, String name) throws Exception {
    return start(as, display, name, OBEDIENT);
  }

  /** What an X server leaves in /tmp. */
  private void serve(HostUser as, int display, long pid) throws IOException {
    own(as, folder.resolve(".X" + display + "-lock"), "%10d\n".formatted(pid));
    own(as, folder.resolve(".X11-unix/X" + display), "");
  }

  private static void own(HostUser as, Path file, String content) throws IOException {
    Files.writeString(file, content);
    Files.setAttribute(file, "unix:uid", (int) as.uid(), LinkOption.NOFOLLOW_LINKS);
  }

  private List<String> told() throws IOException {
    Path told = folder.resolve("told");
    return Files.exists(told) ? Files.readAllLines(told) : List.of();
  }

  private static void assertEnded(Process process) throws Exception {
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void asksTheManagerThenTheProgramsThenTheServer() throws Exception {
    Process server = program(user, "none", "server");
    serve(user, 917, server.pid());
    Process editor = program(user, ":917.0", "editor");
    Process manager = program(user, ":917", "manager");
    own(user, folder.resolve(".ICE-unix/" + manager.pid()), "");

    HostDesktopEnd end = desktops.end(user, GRACE);

    assertThat(told()).containsExactly("manager", "editor", "server");
    assertThat(end.processes()).isEqualTo(3);
    assertThat(end.killed()).isEmpty();
    assertThat(end.left()).isEmpty();
    for (Process each : List.of(server, editor, manager)) {
      assertEnded(each);
    }
    assertThat(folder.resolve(".X917-lock")).doesNotExist();
    assertThat(folder.resolve(".X11-unix/X917")).doesNotExist();
    assertThat(desktops.end(user, GRACE).processes()).as("once more").isZero();
  }

  @Test
  void leavesEveryProcessOfOthersAlone() throws Exception {
    Process server = program(user, "none", "server");
    serve(user, 917, server.pid());
    Process theirs = program(other, ":917", "other");
    Process roots = program(Machine.ROOT, ":917", "root");
    // He writes the number of another's process, and of one of root's, where his own should be.
    serve(user, 918, theirs.pid());
    serve(user, 919, roots.pid());
    own(user, folder.resolve(".ICE-unix/" + roots.pid()), "");
    Process elsewhere = program(user, "localhost:10.0", "elsewhere");
    Process control = program(user, ":917", "control");

    HostDesktopEnd end = desktops.end(user, GRACE);

    assertThat(told()).as("control: his own are found").containsExactly("control", "server");
    assertEnded(control);
    assertThat(theirs.isAlive()).isTrue();
    assertThat(roots.isAlive()).isTrue();
    assertThat(elsewhere.isAlive()).as("it is on no display of his").isTrue();
    assertThat(end.processes()).isEqualTo(2);
    assertThat(folder.resolve(".X918-lock")).as("his own file").doesNotExist();
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void isNotHeldUpByALockThatBecomesAPipe() throws Exception {
    Path pipe = folder.resolve("pipe");
    Path lock = folder.resolve(".X920-lock");
    AtomicBoolean over = new AtomicBoolean();
    Thread swapping =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!over.get()) {
                    try {
                      own(user, folder.resolve("file"), "0000000001\n");
                      Files.move(folder.resolve("file"), lock, StandardCopyOption.ATOMIC_MOVE);
                      Descriptors.fifo(pipe.toString(), 0600);
                      Files.setAttribute(pipe, "unix:uid", (int) user.uid());
                      Files.move(pipe, lock, StandardCopyOption.ATOMIC_MOVE);
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  }
                });
    try {
      DesktopMembers members = new DesktopMembers(user, folder);
      for (int look = 0; look < 200; look++) {
        assertThat(members.now()).isEmpty();
      }
    } finally {
      over.set(true);
      swapping.join();
    }
  }

  @Test
  void endsWhatHasLeftItsSessionAndItsParent() throws Exception {
    Process server = program(user, "none", "server");
    serve(user, 917, server.pid());
    Process shell =
        start(user, ":917", "shell", "(setsid bash -c 'echo $$ > daemon; echo up; sleep 1000' &)");
    long daemon = Long.parseLong(Files.readString(folder.resolve("daemon")).strip());
    assertEnded(shell);
    assertThat(ProcessTable.entry(daemon)).isPresent();
    desktops.end(user, GRACE);
    assertThat(ProcessTable.entry(daemon).filter(ProcessTable.Entry::lives)).isEmpty();
  }

  @Test
  void killsWhatDoesNotObeyAndNamesIt() throws Exception {
    Process deaf = start(user, ":917", "deaf", "trap '' TERM; echo up; while :; do sleep 9; done");
    Process stopped = start(user, ":917", "stopped", "echo up; kill -STOP $$");
    serve(user, 917, deaf.pid());
    long begin = System.nanoTime();
    HostDesktopEnd end = desktops.end(user, SHORT);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
    assertThat(end.killed()).containsExactly("bash", "sleep");
    assertEnded(deaf);
    assertEnded(stopped);
  }

  @Test
  void endsWhatMultipliesFasterThanItIsKilled() throws Exception {
    start(
        user,
        ":917",
        "bomb",
        "ulimit -u 60; trap '' TERM; b() { b | b & }; echo up; (while :; do b; done) 2> /dev/null");
    serve(user, 917, 1);
    HostDesktopEnd end = desktops.end(user, SHORT);
    assertThat(end.processes()).isPositive();
    assertThat(processesOf(user)).isEmpty();
  }

  private static List<ProcessTable.Entry> processesOf(HostUser user) throws IOException {
    return ProcessTable.now().all().stream()
        .filter(each -> each.lives() && ProcessTable.belongsTo(each.pid(), user.uid()))
        .toList();
  }

  @Test
  void doesNotWaitForAnyoneOnceItIsInterrupted() throws Exception {
    Process deaf = start(user, ":917", "deaf", "trap '' TERM; echo up; while :; do sleep 9; done");
    serve(user, 917, deaf.pid());
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    desktops.end(user, Duration.ofMinutes(5));
                    flag.complete(Thread.currentThread().isInterrupted());
                  } catch (HostException e) {
                    flag.completeExceptionally(e);
                  }
                });
    thread.interrupt();
    assertThat(flag.get(20, TimeUnit.SECONDS)).as("it stays interrupted").isTrue();
    assertEnded(deaf);
  }

  @Test
  void refusesTheSystemsOwnAccounts() {
    for (long uid : new long[] {0, 1, 33, 999, 65534}) {
      assertThatExceptionOfType(HostException.class)
          .isThrownBy(() -> desktops.end(numbered(uid), GRACE))
          .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.SYSTEM_ACCOUNT));
    }
  }
}
