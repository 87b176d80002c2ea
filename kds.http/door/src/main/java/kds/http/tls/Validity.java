package kds.http.tls;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/**
 * How long a certificate is still good, seen from one moment.
 *
 * @param name whose it is
 * @param until its end
 * @param early how long until its beginning; zero or less when that has passed
 * @param left how long until its end; less than zero when that has passed
 */
public record Validity(String name, Instant until, Duration early, Duration left) {
  /** From here on it should be renewed. */
  static final Duration SOON = Duration.ofDays(30);

  /** From here on somebody has to see to it. */
  static final Duration URGENT = Duration.ofDays(7);

  /** That of a certificate at a moment. */
  public static Validity of(X509Certificate certificate, Instant now) {
    Instant until = certificate.getNotAfter().toInstant();
    return new Validity(
        certificate.getSubjectX500Principal().getName(),
        until,
        Duration.between(now, certificate.getNotBefore().toInstant()),
        Duration.between(now, until));
  }

  /** Whether clients refuse it, because of a clock or of the certificate. */
  public boolean isEarly() {
    return early.isPositive();
  }

  /** Whether its time is over. */
  public boolean isOver() {
    return left.isNegative();
  }

  /** Whether it ends within 30 days. */
  public boolean endsSoon() {
    return left.compareTo(SOON) < 0;
  }

  /** Whether it ends within 7 days. */
  public boolean isUrgent() {
    return left.compareTo(URGENT) < 0;
  }

  boolean needsRenewal() {
    return isEarly() || endsSoon();
  }
}
