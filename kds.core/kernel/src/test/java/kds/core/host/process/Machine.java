package kds.core.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import kds.api.host.HostCommand;
import kds.api.host.HostException;
import kds.api.host.HostExit;
import kds.api.host.HostOutput;
import kds.api.host.HostProcess;
import kds.api.host.HostUser;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Programs run on this very machine, and the certainty that nothing of them is left behind. */
final class Machine implements BeforeEachCallback, AfterEachCallback {
  static final HostUser ROOT =
      new HostUser("root", 0, 0, List.of(0L), Path.of("/root"), "/bin/bash");

  /** A user without an account: to the kernel only the numbers count. */
  static final HostUser SOMEBODY =
      new HostUser(
          "somebody", 43210, 43211, List.of(43211L, 43212L, 43213L), Path.of("/tmp"), "/bin/sh");

  static final Duration LONG = Duration.ofSeconds(60);
  static final Duration GRACE = Duration.ofSeconds(5);

  private final GroupsFinder.Kind kind;
  private final boolean asRoot;
  private String name;
  private Programs programs;

  private Machine(GroupsFinder.Kind kind, boolean asRoot) {
    this.kind = kind;
    this.asRoot = asRoot;
  }

  static Machine withControlGroups() {
    return new Machine(GroupsFinder.Kind.BEST, true);
  }

  static Machine withMarks() {
    return new Machine(GroupsFinder.Kind.MARKED, false);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    if (asRoot) {
      Assumptions.assumeTrue(
          Identity.ofService().uid() == 0, "Control groups are made by root only: run as root");
    }
    name = GroupsFinder.name(UUID.randomUUID().toString());
    programs = begun();
    if (asRoot) {
      Assumptions.assumeTrue(
          programs.standing().complete(), "No full control groups: " + programs.standing().text());
    }
  }

  /** Another service of the same name, as after a restart. */
  Programs begun() throws IOException {
    Programs begun = new Programs(name, kind, System.getProperty("java.io.tmpdir"));
    begun.begin();
    return begun;
  }

  /** One that never hears of an end: nobody watches for it. */
  Programs deaf() throws IOException {
    return new Programs(name, kind, System.getProperty("java.io.tmpdir"));
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (programs == null) {
      return;
    }
    List<String> left = programs.groups();
    for (String group : left) {
      programs.end(group, Duration.ZERO);
    }
    TreeSet<String> folders = new TreeSet<>(folders());
    programs.leave();
    assertThat(left).as("groups with processes left behind").isEmpty();
    assertThat(folders).as("control groups left behind").isEmpty();
  }

  Programs programs() {
    return programs;
  }

  String name() {
    return name;
  }

  /** The groups that still have a folder, whoever lives in them. */
  List<String> folders() throws IOException {
    return programs.supervisor().groups().names();
  }

  /** The processes in a group. */
  Set<Long> members(String group) throws IOException {
    return programs.supervisor().groups().members(group);
  }

  Run bash(String script, String... arguments) throws HostException {
    return command("/bin/bash", script, arguments).start();
  }

  Order command(String shell, String script, String... arguments) {
    List<String> words = new ArrayList<>(List.of(shell, "-c", script, "script"));
    words.addAll(List.of(arguments));
    return new Order(words);
  }

  Order words(String... words) {
    return new Order(List.of(words));
  }

  /** Waits for something that nothing tells of, by looking. */
  static void until(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting until %s", what).isLessThan(end);
      Thread.sleep(2);
    }
  }

  static boolean lives(long pid) {
    return !ProcessTable.isZombie(pid);
  }

  static int descriptors() throws IOException {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return (int) files.count();
    }
  }

  /** A command in the making. */
  final class Order {
    private final List<String> words;
    private Map<String, String> environment = Map.of("PATH", "/usr/bin:/bin");
    private HostUser user = ROOT;
    private Path directory = Path.of("/");
    private String group = "run-" + UUID.randomUUID();
    private Duration limit = LONG;
    private Duration grace = GRACE;
    private int maxTasks = 128;
    private HostOutput output;

    private Order(List<String> words) {
      this.words = words;
      if (!asRoot) {
        user = self();
      }
    }

    private static HostUser self() {
      try {
        Identity self = Identity.ofService();
        return new HostUser(
            "self", self.uid(), self.gid(), List.copyOf(self.groups()), Path.of("/"), "/bin/sh");
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    Order environment(Map<String, String> value) {
      environment = value;
      return this;
    }

    Order user(HostUser value) {
      user = value;
      return this;
    }

    Order in(Path value) {
      directory = value;
      return this;
    }

    Order group(String value) {
      group = value;
      return this;
    }

    Order limit(Duration value, Duration graceThen) {
      limit = value;
      grace = graceThen;
      return this;
    }

    Order tasks(int value) {
      maxTasks = value;
      return this;
    }

    Order output(HostOutput value) {
      output = value;
      return this;
    }

    Run start() throws HostException {
      return start(programs);
    }

    Run start(Programs by) throws HostException {
      Said said = new Said();
      HostCommand command =
          new HostCommand(
              words,
              environment,
              user,
              directory,
              group,
              limit,
              grace,
              maxTasks,
              output == null ? said : output);
      return new Run(by.start(command), said, group);
    }
  }

  /** A program that runs, and what it said. */
  record Run(HostProcess process, Said said, String group) {
    HostExit exit() throws Exception {
      return process.exit().toCompletableFuture().get(120, TimeUnit.SECONDS);
    }

    String out() throws Exception {
      exit();
      return said.out();
    }

    String err() throws Exception {
      exit();
      return said.err();
    }

    /** Waits until it has said a line on its standard output. */
    void untilSaid(String line) throws InterruptedException {
      until("it says " + line, () -> said.out().lines().anyMatch(line::equals));
    }
  }

  /** Keeps what a program says. */
  static final class Said implements HostOutput {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Override
    public void take(boolean error, ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      (error ? err : out).writeBytes(copy);
    }

    String out() {
      return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
      return err.toString(StandardCharsets.UTF_8);
    }
  }

  /** What holds for every kind of groups. */
  void findsGroupsAgainAfterARestart() throws Exception {
    var run = command("/bin/bash", "sleep 600 & exit 0").group("before").start();
    run.exit();
    Programs restarted = begun();
    assertThat(restarted.groups()).containsExactly("before");
    restarted.end("before", Duration.ofSeconds(5));
    assertThat(programs().groups()).isEmpty();
    restarted.leave();
  }
}
