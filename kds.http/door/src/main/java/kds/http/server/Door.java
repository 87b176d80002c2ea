package kds.http.server;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionStage;
import kds.api.capability.Drain;
import kds.api.host.OperatorFiles;
import kds.api.host.TrustedFiles;
import kds.api.security.TokenRefusal;
import kds.api.session.Sessions;
import kds.http.guard.Bans;
import kds.http.token.Tokens;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door: listens, and lets in who has a valid token.
 *
 * <p>A request passes, in this order: the listener's limits, {@link Entrance}, Jetty's graceful
 * handler, {@link Authentication}, and what {@link Inner} leads to.
 */
@Component(configurationPid = "kds.http", immediate = true, service = Drain.class)
@SatisfyingConditionTarget("(osgi.condition.id=kds.http)")
@Designate(ocd = DoorConfig.class)
public final class Door implements Drain, HealthCheck {
  private static final Logger LOG = LoggerFactory.getLogger(Door.class);

  private final Upkeep upkeep;
  private volatile Settings settings;

  /** The vetoes against tokens, as many as there are. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  volatile List<TokenRefusal> refusals = List.of();

  /**
   * Made by Declarative Services.
   *
   * @param sessions not called: who ended is known once they are there, and before that his token
   *     would be good again
   */
  @Activate
  public Door(
      BundleContext context,
      @Reference TrustedFiles trusted,
      @Reference OperatorFiles files,
      @Reference Inner inner,
      @Reference Sessions sessions,
      DoorConfig config) {
    this(
        Announcement.byCondition(context),
        trusted,
        files,
        inner,
        Allowance.ofHeap(),
        Clock.systemUTC(),
        config);
  }

  Door(
      Announcement announcement,
      TrustedFiles trusted,
      OperatorFiles files,
      Inner inner,
      Allowance allowance,
      Clock clock,
      DoorConfig config) {
    settings = Settings.of(config);
    Tokens tokens = new Tokens(() -> refusals, clock);
    Bans bans = new Bans(System::nanoTime);
    Authentication authentication =
        new Authentication(tokens, bans, () -> settings, inner.handler());
    HttpServer server =
        new HttpServer(() -> settings, allowance, authentication, inner.accessLog());
    upkeep = new Upkeep(() -> settings, trusted, files, tokens, server, announcement);
  }

  /** Opens the door; returns before it listens. */
  @Activate
  void start() {
    upkeep.start();
  }

  /** Takes a new configuration; one that cannot be read changes nothing. */
  @Modified
  void modified(DoorConfig config) {
    try {
      settings = Settings.of(config);
      upkeep.changed();
    } catch (IllegalArgumentException e) {
      LOG.error("The configuration of the door is not taken: {}", e.getMessage());
    }
  }

  /** How long the certificate is good. */
  @Override
  public Result execute() {
    return upkeep.health();
  }

  /** Closes the door: no new connections, running requests get their time. */
  @Override
  public CompletionStage<?> drain() {
    return upkeep.stop();
  }

  /** Closes the door; running requests get their time after this has returned. */
  @Deactivate
  void stop() {
    upkeep.stop();
  }
}
