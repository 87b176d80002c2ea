package kds.http.server;

import java.nio.charset.StandardCharsets;
import kds.http.route.Query;
import kds.http.route.Refusal;
import org.eclipse.jetty.http.HttpURI;

/** However the parameter token is written: it is taken out, and nothing after the door sees it. */
public final class TokenInUriFuzz {
  private TokenInUriFuzz() {}

  /** The input is what follows the question mark. */
  public static void fuzzerTestOneInput(byte[] input) {
    String query = new String(input, StandardCharsets.UTF_8);
    TokenInUri taken =
        TokenInUri.of(HttpURI.build().path("/Downloads/x").query(query).asImmutable());
    if (!TokenInUri.of(taken.uri()).tokens().isEmpty()) {
      throw new AssertionError(query + " leaves a token in " + taken.uri());
    }
    try {
      if (Query.of(taken.uri().getQuery()).value("token").isPresent()) {
        throw new AssertionError(query + " leaves a token in " + taken.uri());
      }
      if (taken.tokens().isEmpty() && Query.of(query).value("token").isPresent()) {
        throw new AssertionError("The token in " + query + " was not taken");
      }
    } catch (Refusal e) {
      // Refused by the routes.
    }
    if (taken.tokens().isEmpty() && !query.equals(taken.uri().getQuery())) {
      throw new AssertionError(query + " became " + taken.uri().getQuery());
    }
  }
}
