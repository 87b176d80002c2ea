package kds.http.route;

import java.nio.charset.StandardCharsets;

/** A query is read or refused with 400. */
public final class QueryFuzz {
  private QueryFuzz() {}

  /** The input is what follows the question mark. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      Query query = Query.of(new String(input, StandardCharsets.UTF_8));
      query.value("path").ifPresent(String::length);
      query.value("on_conflict").ifPresent(String::length);
    } catch (Refusal e) {
      if (e.problem().status() != 400) {
        throw new AssertionError(e);
      }
    }
  }
}
