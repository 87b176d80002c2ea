package kds.http.server;

import java.util.List;
import java.util.stream.Stream;

/** Tokens that must not be accepted by a server that knows the keys RSA, EC and ED. */
final class NegativeTokens {
  /** One of them, and how it must be answered. */
  record Vector(String name, String token, int status, String says) {
    @Override
    public String toString() {
      return name;
    }
  }

  private NegativeTokens() {}

  private static final List<Vector> ALL =
      Stream.of(new BadSignatures(), new BadClaims(), new BadForms())
          .flatMap(all -> all.vectors.stream())
          .toList();

  static List<Vector> all() {
    return ALL;
  }
}
