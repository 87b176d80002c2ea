package kds.http.files;

import java.time.Instant;
import java.util.List;
import kds.http.files.Conditions.Outcome;
import kds.http.route.Exchange;
import kds.http.route.Exchanges;
import kds.http.route.Refusal;

/** Conditions and digests of a request are read, passed over or refused. */
public final class ConditionsFuzz {
  private static final byte[] NOTHING = {};
  private static final Instant MODIFIED = Instant.parse("2026-01-02T03:04:05Z");
  private static final Conditions FILE = new Conditions("\"4f-1a\"", MODIFIED);

  private ConditionsFuzz() {}

  /** The input is one header to a line. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      Exchange exchange = Exchanges.of(Exchanges.lines(input), NOTHING);
      conditions(exchange);
      byte[] digest = Digests.expected(exchange);
      if (digest != null && digest.length != 32) {
        throw new AssertionError(digest.length + " bytes of SHA-256");
      }
      Digests.wanted(exchange);
    } catch (Refusal e) {
      if (e.problem().status() != 400) {
        throw new AssertionError(e);
      }
    }
  }

  private static void conditions(Exchange exchange) {
    Outcome outcome = FILE.evaluate(exchange::header);
    if (outcome == Outcome.FAILED
        && exchange.header("If-Match") == null
        && exchange.header("If-Unmodified-Since") == null) {
      throw new AssertionError("Nothing was asked for that could fail");
    }
    if (outcome == Outcome.NOT_MODIFIED
        && exchange.header("If-None-Match") == null
        && exchange.header("If-Modified-Since") == null) {
      throw new AssertionError("Nothing was asked that it could answer");
    }
    FILE.rangeCounts(exchange.header("If-Range"), MODIFIED.plusSeconds(10));
    for (String header : List.of("If-Match", "If-None-Match")) {
      String value = exchange.header(header);
      if (value != null) {
        for (String tag : EntityTags.of(value).tags()) {
          if (!value.contains(tag) || !tag.endsWith("\"")) {
            throw new AssertionError(tag + " out of " + value);
          }
        }
      }
    }
  }
}
