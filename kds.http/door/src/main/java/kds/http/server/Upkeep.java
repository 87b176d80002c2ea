package kds.http.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import kds.api.host.HostException;
import kds.api.host.OperatorFiles;
import kds.api.host.TrustedFiles;
import kds.http.pem.UnusableException;
import kds.http.server.Settings.Endpoint;
import kds.http.token.Tokens;
import org.apache.felix.hc.api.Result;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the door into the state that configuration and files ask for, again and again: at start,
 * when the configuration changes, when a file changes, and now and then. All of it on one thread of
 * its own, so nothing here is shared.
 *
 * <p>What cannot be used changes nothing: the certificate, key or port before stays, and the log
 * says so once.
 */
final class Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final int MOST_KEY_BYTES = 1024 * 1024;
  private static final long ROUND_SECONDS = 60;
  private static final long RETRY_SECONDS = 2;

  /** Files of a pair are replaced one after the other: give the second a moment. */
  private static final long SETTLE_MILLIS = 200;

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "kds-http-upkeep"));
  private final Supplier<Settings> settings;
  private final TrustedFiles trusted;
  private final Tokens tokens;
  private final HttpServer server;
  private final Announcement announcement;
  private final ShownCertificate certificate;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Notices notices = new Notices();

  private @Nullable FileWatch watch;
  private @Nullable Endpoint open;
  private byte[] tokenKey = {};
  private boolean stopped;

  /**
   * Whether another try to listen is on its way: each of many rounds that fail must not add one.
   */
  private boolean retrying;

  Upkeep(
      Supplier<Settings> settings,
      TrustedFiles trusted,
      OperatorFiles files,
      Tokens tokens,
      HttpServer server,
      Announcement announcement) {
    this.settings = settings;
    this.trusted = trusted;
    this.tokens = tokens;
    this.server = server;
    this.announcement = announcement;
    this.certificate = new ShownCertificate(trusted, files, notices, Clock.systemUTC());
  }

  /** How long the certificate is good. Any thread. */
  Result health() {
    return certificate.health(settings.get().endpoint().tls());
  }

  /** Starts, and returns at once. */
  void start() {
    thread.execute(
        () -> {
          try {
            server.start();
            watch = watch();
            round();
          } catch (Exception e) {
            LOG.error("The HTTP server cannot start", e);
          }
        });
    thread.scheduleWithFixedDelay(this::round, ROUND_SECONDS, ROUND_SECONDS, TimeUnit.SECONDS);
  }

  /** Without one the rounds have to do. */
  private @Nullable FileWatch watch() {
    try {
      return FileWatch.start(() -> soon(SETTLE_MILLIS));
    } catch (IOException e) {
      LOG.warn(
          "Changed certificates and keys are noticed every {} s only, because no files can be"
              + " watched: {}. See fs.inotify.max_user_instances (sysctl).",
          ROUND_SECONDS,
          e.getMessage());
      return null;
    }
  }

  /** The configuration has changed. */
  void changed() {
    soon(0);
  }

  /**
   * Stops, and returns at once: running requests get their time on the thread of this object.
   *
   * @return completed when they have ended, or were cut off
   */
  CompletableFuture<Void> stop() {
    try {
      thread.execute(this::shutDown);
    } catch (RejectedExecutionException ignored) {
      // It has stopped.
    }
    return ended.copy();
  }

  private void shutDown() {
    if (stopped) {
      return;
    }
    stopped = true;
    try {
      announcement.silent();
      if (watch != null) {
        watch.close();
      }
      server.stop(settings.get().drainTimeout());
    } finally {
      ended.complete(null);
      thread.shutdownNow();
    }
  }

  private void soon(long millis) {
    try {
      thread.schedule(this::round, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException ignored) {
      // It has stopped.
    }
  }

  private void round() {
    if (stopped) {
      return;
    }
    Settings now = settings.get();
    try {
      if (watch != null) {
        watch.on(List.of(now.privateKey(), now.certificate(), now.tokenKey()));
      }
      readTokenKey(now.tokenKey());
      if (now.endpoint().tls()) {
        certificate.look(now.privateKey(), now.certificate());
      }
      server.adjust();
      listen(now.endpoint());
    } catch (RuntimeException e) {
      LOG.error("The door could not be brought up to date", e);
    }
  }

  private void readTokenKey(Path file) {
    try {
      byte[] content = trusted.read(file, MOST_KEY_BYTES);
      if (!Arrays.equals(content, tokenKey)) {
        int keys = tokens.use(content, file.toString());
        tokenKey = content;
        LOG.info("Tokens are verified with the {} key(s) in {}", keys, file);
      }
      notices.settle("token");
    } catch (HostException e) {
      boolean missing = e.reason() == HostException.Reason.NOT_FOUND;
      notices.say(
          "token", (missing ? "The file with the key for tokens is missing: " : "") + rest(e));
    } catch (UnusableException e) {
      notices.say("token", rest(e));
    }
  }

  private String rest(Exception e) {
    return e.getMessage()
        + (tokens.hasKeys()
            ? " Tokens are still verified with the key before."
            : " Until there is a key every call is answered with 401. Register this server with"
                + " Kasm Workspaces, or put an issuer's public key, certificate or JWK set there.");
  }

  private void listen(Endpoint wanted) {
    SslContextFactory.Server tls = certificate.tls();
    boolean ready = !wanted.tls() || tls != null;
    if (!ready || wanted.equals(open) && server.listens()) {
      return;
    }
    try {
      int port = server.open(wanted, wanted.tls() ? tls : null);
      open = wanted;
      notices.settle("port");
      announcement.listening(port);
      LOG.info("Listening on {}, port {}", wanted, port);
    } catch (IOException e) {
      notices.say(
          "port",
          "Cannot listen on "
              + wanted
              + ": "
              + reason(e)
              + ". End the program that has the port (ss -ltnp), or set another 'port' in"
              + " config.yaml. Tried again every "
              + RETRY_SECONDS
              + " s.");
      if (open != null && !server.listens()) {
        open = null;
        announcement.silent();
      }
      retry();
    }
  }

  private void retry() {
    if (!retrying) {
      retrying = true;
      thread.schedule(
          () -> {
            retrying = false;
            round();
          },
          RETRY_SECONDS,
          TimeUnit.SECONDS);
    }
  }

  private static String reason(IOException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return Objects.requireNonNullElse(cause.getMessage(), cause.toString());
  }
}
