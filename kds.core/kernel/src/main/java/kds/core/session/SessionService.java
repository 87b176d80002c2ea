package kds.core.session;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import kds.api.config.Quantity;
import kds.api.host.HostUsers;
import kds.api.host.StateFiles;
import kds.api.security.Audit;
import kds.api.security.AuditRecord;
import kds.api.security.AuditRecord.Outcome;
import kds.api.security.Caller;
import kds.api.security.Scope;
import kds.api.security.TokenRefusal;
import kds.api.session.SessionEvent;
import kds.api.session.SessionException;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions;
import kds.core.gate.Generations;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;
import org.osgi.service.condition.Condition;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions as a service. It comes once the configuration was fed and all bundles were started:
 * earlier a session would begin without its steps.
 */
@Component(
    service = {Sessions.class, TokenRefusal.class, HealthCheck.class},
    immediate = true,
    configurationPid = "kds.sessions",
    property = {HealthCheck.NAME + "=Sessions", HealthCheck.TAGS + "=sessions"})
@SatisfyingConditionTarget("(osgi.condition.id=kds.config)")
@Designate(ocd = SessionsConfig.class)
public final class SessionService implements Sessions, TokenRefusal, HealthCheck {
  /** Scopes that give no right within a session. */
  private static final Set<String> OUTSIDE = Set.of(Scope.SESSION, Scope.ADMIN, Scope.HEALTH);

  private static final String ACTOR = "sessions";
  private static final Duration GAP = Duration.ofSeconds(10);
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final int MOST_ENDED = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(SessionService.class);

  private final StepServices steps;
  private final Engine engine;
  private final Audit audit;
  private final ScheduledExecutorService housekeeping =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("kds-sessions").factory());
  private volatile Limits limits;

  /** Made by Declarative Services. */
  @Activate
  public SessionService(
      BundleContext context,
      @Reference Generations generations,
      @Reference HostUsers users,
      @Reference StateFiles state,
      @Reference Audit audit,
      @Reference(target = "(osgi.condition.id=kds.deployed)") Condition deployed,
      SessionsConfig config) {
    this.audit = audit;
    this.limits = limits(config);
    this.steps = new StepServices(context, generations);
    this.engine =
        new Engine(
            new Journal(folder(context, "kds.state")),
            new Secrets(folder(context, "kds.run")),
            steps,
            new People(users),
            () -> limits,
            state.boot(),
            () -> isStopping(context),
            report -> record(null, "session.over", report));
  }

  /** Takes over the sessions that an earlier life of the service left. */
  @Activate
  void open() throws IOException {
    steps.open();
    engine.recover();
    housekeeping.scheduleWithFixedDelay(this::tidy, 1, 1, TimeUnit.MINUTES);
  }

  /** Bundles with steps may be stopped before this one is. */
  private static boolean isStopping(BundleContext context) {
    return context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == Bundle.STOPPING;
  }

  /** One that fails must not be the last: its timer would be cancelled. */
  private void tidy() {
    try {
      engine.register().tidy(limits.keep(), Instant.now());
    } catch (RuntimeException e) {
      LOG.error("Ended sessions could not be forgotten; that is tried again", e);
    }
  }

  @Modified
  void modified(SessionsConfig config) {
    limits = limits(config);
  }

  /** Waits for nothing: what is under way goes on as long as the process lives. */
  @Deactivate
  void close() {
    housekeeping.shutdown();
    engine.close();
    steps.close();
  }

  private static Limits limits(SessionsConfig config) {
    return new Limits(
        Quantity.duration(config.end_wait()),
        Quantity.duration(config.start_wait()),
        Quantity.duration(config.keep()),
        config.most_starting(),
        MOST_ENDED,
        GAP,
        GRACE);
  }

  private static Path folder(BundleContext context, String property) {
    String value = context.getProperty(property);
    if (value == null || value.isBlank()) {
      throw new IllegalStateException(
          "The framework property " + property + " is not set: the launcher names a folder there");
    }
    return Path.of(value).toAbsolutePath().resolve("sessions");
  }

  // Sessions

  @Override
  public CompletionStage<SessionReport> start(SessionRequest request, Caller by) {
    requireCanonical(request.session().kasmId());
    return engine
        .start(request)
        .whenComplete(
            (report, failure) -> {
              if (failure == null) {
                record(by, "session.start", report);
              } else {
                refused(by, request, failure);
              }
            });
  }

  private static void requireCanonical(String kasmId) {
    if (!UUID.fromString(kasmId).toString().equals(kasmId)) {
      throw new IllegalArgumentException("Not the canonical form of a UUID: " + kasmId);
    }
  }

  @Override
  public CompletionStage<Optional<SessionReport>> end(String kasmId, Ending ending, Caller by) {
    return engine
        .end(kasmId, ending)
        .whenComplete(
            (report, failure) -> {
              if (report != null && report.isPresent()) {
                record(by, "session.end", report.get());
              }
            });
  }

  @Override
  public List<SessionReport> list() {
    return engine.register().list();
  }

  @Override
  public Optional<SessionReport> find(String kasmId) {
    return engine.register().find(kasmId);
  }

  @Override
  public AutoCloseable subscribe(
      Optional<String> kasmId, long after, Consumer<SessionEvent> listener) {
    return engine.subscribe(kasmId, after, listener);
  }

  private void record(@Nullable Caller by, String act, SessionReport report) {
    Map<String, String> details = new HashMap<>();
    details.put("state", report.state().name().toLowerCase(Locale.ROOT));
    details.put("credential_type", report.session().credentialType().word());
    SessionReport.Outcome outcome = report.outcome();
    if (outcome != null) {
      details.put("outcome", outcome.name().toLowerCase(Locale.ROOT));
    }
    boolean failed = act.equals("session.start") && outcome == SessionReport.Outcome.FAILED;
    record(by, act, report.session(), failed ? Outcome.FAILED : Outcome.DONE, details);
  }

  private void refused(Caller by, SessionRequest request, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    Outcome outcome = cause instanceof SessionException ? Outcome.REFUSED : Outcome.FAILED;
    Map<String, String> details = Map.of("reason", String.valueOf(cause.getMessage()));
    record(by, "session.start", request.session(), outcome, details);
  }

  private void record(
      @Nullable Caller by,
      String act,
      kds.api.session.Session session,
      Outcome outcome,
      Map<String, String> details) {
    String target = session.username() == null ? session.userId() : session.username();
    String actor = by == null ? ACTOR : by.subject();
    audit.record(new AuditRecord(actor, act, target, outcome, session.kasmId(), details));
  }

  // Tokens

  @Override
  public Optional<String> refuses(Caller caller) {
    if (engine.register().knowsToken(TokenMarks.ofId(caller.tokenId()))) {
      return Optional.of(
          "This token was given to the service for its own calls to Kasm Workspaces. It is not one"
              + " for calls to this server.");
    }
    if (caller.session() == null || OUTSIDE.containsAll(caller.scopes())) {
      return Optional.empty();
    }
    return engine.register().hasEnded(caller.session().kasmId())
        ? Optional.of("The session that this token is for has ended.")
        : Optional.empty();
  }

  // Health

  @Override
  public Result execute() {
    FormattingResultLog log = new FormattingResultLog();
    Map<State, Integer> counts = new HashMap<>();
    list().forEach(report -> counts.merge(report.state(), 1, Integer::sum));
    for (State state : State.values()) {
      log.info(
          "{} sessions {}", counts.getOrDefault(state, 0), state.name().toLowerCase(Locale.ROOT));
    }
    log.info("{} more ended before those", engine.register().countBygone());
    engine.register().troubles().forEach((what, trouble) -> log.warn("{} {}", what, trouble));
    return new Result(log);
  }
}
