package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import kds.api.host.HostProcesses;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import kds.api.host.StateFiles;
import kds.api.script.ScriptRun;
import kds.api.script.Scripts;
import kds.api.security.AuditRecord;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.session.SessionContext;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions;
import kds.api.session.StepResult;
import kds.core.host.process.RealProcesses;
import kds.core.state.RealState;
import kds.core.trust.OwnedFiles;
import org.jspecify.annotations.Nullable;

/** Scripts on this very machine: the kernel's processes and ownership gate, a folder of its own. */
final class House implements AutoCloseable {
  static final HostUser ROOT =
      new HostUser("root", 0, 0, List.of(0L), Path.of("/root"), "/bin/bash");

  /** To the kernel only the numbers count. */
  static final HostUser ALICE =
      new HostUser("alice", 43210, 43211, List.of(43211L), Path.of("/tmp"), "/bin/sh");

  static final String KASM_ID = "11111111-2222-3333-4444-555555555555";
  static final String TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";
  static final Settings.Api API = new Settings.Api("kasm.example.com", 8443, "/kasm");

  final Path root;
  final List<AuditRecord> audit = new CopyOnWriteArrayList<>();

  /** What runs are stored in, as a folder and as the kernel offers it. */
  final Path store;

  final StateFiles states;
  final Homes homes = new Homes();

  /** The bundles of this life of the service, by their numbers. */
  final Map<Long, Scripts> generations = new ConcurrentHashMap<>();

  volatile String life = "one";
  volatile boolean stopping;
  private final @Nullable RealProcesses real;
  private final HostProcesses processes;
  private final List<Aftermath> aftermaths = new CopyOnWriteArrayList<>();

  House(Path folder) throws IOException {
    assumeTrue(Files.getOwner(Path.of("/proc/self")).getName().equals("root"), "run as root");
    real = new RealProcesses();
    String missing = real.missing();
    if (!missing.isEmpty()) {
      assumeTrue(false, "No full control groups: " + missing);
    }
    processes = real.service();
    mode(folder, "rwxr-xr-x");
    store = folder.resolve("state/scripts");
    states = RealState.in(store.getParent());
    root = Files.createDirectory(folder.resolve("scripts"));
    mode(root, "rwxr-xr-x");
    for (String each : List.of("service_startup", "session_start", "session_end", "builtin")) {
      mode(Files.createDirectory(root.resolve(each)), "rwxr-xr-x");
    }
  }

  static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  HostProcesses processes() {
    return processes;
  }

  Path script(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.writeString(file, text);
    mode(file, "rwxr-xr-x");
    return file;
  }

  Path bash(String name, String text) throws IOException {
    return script(name, "#!/bin/bash\n" + text + "\n");
  }

  Settings settings() {
    return settings(false, Duration.ofSeconds(60));
  }

  Settings settings(boolean wait, Duration timeout) {
    return new Settings(root, timeout, Duration.ofSeconds(2), wait, 512, 1000);
  }

  ScriptRunning scripts() {
    return scripts(settings());
  }

  /** A further bundle of this life of the service. */
  ScriptRunning scripts(Settings settings) {
    return scripts(settings, processes);
  }

  /** One that runs programs by these. */
  ScriptRunning scripts(Settings settings, HostProcesses processes) {
    long bundle = generations.size() + 1L;
    Aftermath aftermath = new Aftermath(states, life, processes, settings.grace());
    aftermaths.add(aftermath);
    aftermath.begin();
    ScriptRunning scripts =
        new ScriptRunning(
            processes,
            new OneUser(),
            new Shelf(new OwnedFiles(), new OwnedFiles()),
            audit::add,
            base(),
            new Runs(new RunStore(states, life, bundle), others()),
            aftermath,
            () -> stopping,
            () -> API,
            settings);
    generations.put(bundle, scripts);
    return scripts;
  }

  private Elders others() {
    return new Elders() {
      @Override
      public <T> Optional<T> ask(long bundle, Function<Scripts, Optional<T>> question) {
        return Optional.ofNullable(generations.get(bundle)).flatMap(question);
      }
    };
  }

  static Variables base() {
    return new Variables(Path.of("/opt/kds/bin"), Path.of("/run/kds/admin.sock"));
  }

  /** Runs a folder to its end. */
  List<ScriptRun> all(ScriptRunning scripts, String folder, @Nullable SessionContext context)
      throws Exception {
    return scripts.folder(folder, context).all().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  ScriptRun one(String text) throws Exception {
    bash("session_start/one.sh", text);
    return all(scripts(), "session_start", context()).getFirst();
  }

  static Context context() {
    return context(KASM_ID, "alice", List.of());
  }

  static Context context(String kasmId, @Nullable String username, List<String> mappings) {
    Session session =
        new Session(kasmId, "user-1", username, "alice@example.com", CredentialType.SSO);
    return new Context(
        new SessionRequest(session, TOKEN, mappings, List.of(), Map.of()),
        new CopyOnWriteArrayList<>(),
        new CompletableFuture<>());
  }

  static void until(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting until %s", what).isLessThan(end);
      Thread.sleep(2);
    }
  }

  List<String> living() {
    try {
      return processes.groups();
    } catch (kds.api.host.HostException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A bundle writes its mark in the background; the folder goes when nobody writes there. */
  @Override
  public void close() throws kds.api.host.HostException {
    aftermaths.forEach(Aftermath::await);
    real.close();
  }

  /** A session; what is told of it is kept. */
  record Context(
      SessionRequest request,
      List<String> told,
      CompletableFuture<CompletionStage<StepResult>> left)
      implements SessionContext {
    @Override
    public Optional<HostUser> user() {
      return request.session().username() == null ? Optional.empty() : Optional.of(ALICE);
    }

    @Override
    public String group() {
      return "session-" + request.session().kasmId();
    }

    @Override
    public int otherSessions() {
      return 0;
    }

    @Override
    public Sessions.Ending ending() {
      return Sessions.Ending.CONFIGURED;
    }

    @Override
    public void leaves(CompletionStage<StepResult> end) {
      left.complete(end);
    }

    /** What a step that goes on in the background comes to. */
    StepResult end() throws Exception {
      return left.get(20, TimeUnit.SECONDS).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Override
    public void tell(String text) {
      told.add(text);
    }
  }

  private record OneUser() implements HostUsers {
    @Override
    public Optional<HostUser> byName(String name) {
      return Optional.empty();
    }

    @Override
    public Optional<HostUser> byUid(long uid) {
      return Optional.empty();
    }

    @Override
    public HostUser self() {
      return ROOT;
    }
  }
}
