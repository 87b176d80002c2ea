package kds.http.server;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import kds.api.host.OperatorFiles;
import kds.api.host.TrustedFiles;
import kds.http.pem.UnusableException;
import kds.http.tls.Identity;
import kds.http.tls.IdentityFiles;
import kds.http.tls.Tls;
import kds.http.tls.Validity;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.Result;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that the door shows: read again and again, exchanged while connections go on, and
 * renewed where the service made it itself. One thread looks; any may ask for its health.
 */
final class ShownCertificate {
  private static final Logger LOG = LoggerFactory.getLogger(ShownCertificate.class);

  /** What is shown. */
  private record Shown(Identity identity, Path file, boolean ours) {}

  private final TrustedFiles trusted;
  private final OperatorFiles files;
  private final Notices notices;
  private final Clock clock;
  private volatile @Nullable Shown shown;
  private SslContextFactory.@Nullable Server tls;

  ShownCertificate(TrustedFiles trusted, OperatorFiles files, Notices notices, Clock clock) {
    this.trusted = trusted;
    this.files = files;
    this.notices = notices;
    this.clock = clock;
  }

  /** The server's side of TLS, null before there was a usable pair. */
  SslContextFactory.@Nullable Server tls() {
    return tls;
  }

  /** Brings it in line with the files. What cannot be used changes nothing. */
  void look(Path key, Path certificate) {
    IdentityFiles pair = new IdentityFiles(trusted, files, key, certificate);
    Shown before = shown;
    try {
      Identity found = renewed(pair, pair.load());
      if (before == null || !found.equals(before.identity())) {
        use(found);
        LOG.info(
            "TLS uses the certificate of {} in {}, valid until {}",
            found.chain().getFirst().getSubjectX500Principal().getName(),
            certificate,
            found.chain().getFirst().getNotAfter().toInstant());
      }
      shown = new Shown(found, certificate, pair.ours(found));
      notices.settle("identity");
      notices.say("validity", String.join(" ", found.warnings(clock.instant())));
    } catch (UnusableException | GeneralSecurityException | IOException e) {
      notices.say(
          "identity",
          e.getMessage()
              + (before == null
                  ? " The service cannot listen until there is a usable pair."
                  : " The certificate before is kept until the pair is complete."));
    }
  }

  /** A certificate that cannot be renewed is still better than none. */
  private Identity renewed(IdentityFiles pair, Identity found) {
    try {
      Identity usable = pair.renewed(found, clock.instant());
      notices.settle("renewal");
      return usable;
    } catch (UnusableException e) {
      notices.say("renewal", e.getMessage());
      return found;
    }
  }

  private void use(Identity found) throws GeneralSecurityException, IOException {
    if (tls == null) {
      tls = Tls.server(found);
    } else {
      Tls.exchange(tls, found);
    }
  }

  /** How long it is good, for the health check. */
  Result health(boolean https) {
    FormattingResultLog log = new FormattingResultLog();
    Shown now = shown;
    if (!https) {
      log.info("HTTPS is off ('ssl: false'): no certificate is shown.");
    } else if (now == null) {
      log.critical("There is no usable certificate, so the service cannot listen. See the log.");
    } else {
      Instant instant = clock.instant();
      now.identity().chain().forEach(each -> tell(log, now, Validity.of(each, instant)));
    }
    return new Result(log);
  }

  private static void tell(FormattingResultLog log, Shown now, Validity validity) {
    String about =
        "The certificate of %s in %s is valid until %s"
            .formatted(validity.name(), now.file(), validity.until());
    String remedy =
        now.ours()
            ? " The service should have renewed it by itself: its log says why it could not."
            : " Put a renewed one there, and its key if that is new: it is taken at once, and"
                + " connections go on.";
    if (validity.isEarly()) {
      log.warn("{}, but not yet. Check the clock of this machine, or wait.", about);
    } else if (validity.isOver()) {
      log.critical("{}: it has expired, and clients refuse it.{}", about, remedy);
    } else if (validity.isUrgent()) {
      log.critical("{}: {} days left.{}", about, validity.left().toDays(), remedy);
    } else if (validity.endsSoon()) {
      log.warn("{}: {} days left.{}", about, validity.left().toDays(), remedy);
    } else {
      log.info("{}: {} days left.", about, validity.left().toDays());
    }
  }
}
