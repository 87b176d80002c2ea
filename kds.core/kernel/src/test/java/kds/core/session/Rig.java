package kds.core.session;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import kds.api.capability.Lease;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.SessionStep;
import kds.api.session.Sessions.Ending;

/** An engine over real files with toy steps and users. */
final class Rig implements StepSource {
  static final Limits LIMITS =
      new Limits(
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofDays(1),
          200,
          1000,
          Duration.ofMillis(100),
          Duration.ofMillis(200));

  /** What the steps did, as {@code name.start:kasm_id}. */
  final List<String> log = new CopyOnWriteArrayList<>();

  final ToyUsers users = new ToyUsers().add("ann", "ann", 1001).add("bob", "bob", 1002);
  final Map<String, SessionStep> steps = new ConcurrentHashMap<>();
  final AtomicInteger leases = new AtomicInteger();

  /** Set before a restart: the machine was restarted, too. */
  String boot = "first boot";

  volatile boolean stopping;
  volatile boolean broken;
  Consumer<SessionReport> over = report -> {};
  final Path folder;
  volatile Limits limits = LIMITS;
  Engine engine;

  Rig(Path folder) throws IOException {
    this.folder = folder;
    restart();
  }

  /** Another life of the service over the same files. */
  Rig restart() throws IOException {
    engine =
        new Engine(
            new Journal(folder.resolve("state/sessions")),
            new Secrets(folder.resolve("run/sessions")),
            this,
            new People(users),
            () -> limits,
            boot,
            () -> stopping,
            report -> over.accept(report));
    return this;
  }

  Rig recover() throws IOException {
    engine.recover();
    return this;
  }

  /** Adds a step that also logs. */
  Rig with(ToyStep step) {
    ToyStep.Action start = step.start;
    ToyStep.Action end = step.end;
    step.onStart(
        context -> {
          log.add(step.name() + ".start:" + context.request().session().kasmId());
          return start.run(context);
        });
    step.onEnd(
        context -> {
          log.add(step.name() + ".end:" + context.request().session().kasmId());
          return end.run(context);
        });
    ToyStep.Action interrupted = step.interrupted;
    step.onInterrupted(
        context -> {
          log.add(step.name() + ".interrupted:" + context.request().session().kasmId());
          return interrupted.run(context);
        });
    steps.put(step.name(), step);
    return this;
  }

  /** What the steps did, without the sessions' ids. */
  List<String> acts() {
    return log.stream().map(line -> line.substring(0, line.indexOf(':'))).toList();
  }

  static SessionRequest request(String user) {
    return request(UUID.randomUUID().toString(), user, CredentialType.STATIC);
  }

  static SessionRequest request(String kasmId, String user, CredentialType type) {
    return new SessionRequest(
        new Session(kasmId, "id of " + user, user, user, type),
        "header.payload.signature",
        List.of("{\"secret_access_key\":\"squeamish\"}"),
        List.of("{\"content\":\"ossifrage\"}"),
        Map.of());
  }

  SessionReport start(SessionRequest request) throws Exception {
    return engine.start(request).toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  Optional<SessionReport> end(String kasmId) throws Exception {
    return engine.end(kasmId, Ending.CONFIGURED).toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  /** Awaits a state. */
  SessionReport await(String kasmId, State state) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    Optional<SessionReport> report = engine.register().find(kasmId);
    while (report.isEmpty() || report.get().state() != state) {
      if (System.nanoTime() > until) {
        throw new AssertionError("Not " + state + " within 20 s: " + report);
      }
      Thread.sleep(5);
      report = engine.register().find(kasmId);
    }
    return report.get();
  }

  @Override
  public List<StepFacts> facts() {
    if (broken) {
      throw new IllegalStateException("No step can be asked.");
    }
    return steps.values().stream().map(StepFacts::of).toList();
  }

  @Override
  public Optional<Lease<SessionStep>> enter(String name) {
    return Optional.ofNullable(steps.get(name)).map(ToyLease::new);
  }

  private final class ToyLease implements Lease<SessionStep> {
    private final SessionStep step;

    ToyLease(SessionStep step) {
      this.step = step;
      leases.incrementAndGet();
    }

    @Override
    public SessionStep service() {
      return step;
    }

    @Override
    public String bundle() {
      return "toy";
    }

    @Override
    public String version() {
      return "1.0.0";
    }

    @Override
    public void close() {
      leases.decrementAndGet();
    }
  }
}
