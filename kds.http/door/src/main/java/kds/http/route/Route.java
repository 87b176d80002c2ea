package kds.http.route;

import java.io.IOException;
import kds.api.transfer.TransferException;
import kds.http.access.Requirement;

/**
 * One call that the service offers.
 *
 * @param method its HTTP method; GET serves HEAD as well
 * @param path its path as OpenAPI writes it: plain parts, and {@code {path}} as the last one if
 *     whatever follows belongs to the call; {@code {path}/} for a folder, which may be the topmost;
 *     a slash at the end of a plain path is part of it; or one part with another name in braces
 * @param requirement what the token must allow
 * @param action what it does
 */
public record Route(String method, String path, Requirement requirement, Action action) {
  static final String REST = "{path}";

  /** What a route does. */
  public sealed interface Action {}

  /** Answered by the door itself. */
  @FunctionalInterface
  public non-sealed interface Plain extends Action {
    /** Answers. It may wait. */
    void serve(Exchange exchange) throws IOException, Refusal;
  }

  /**
   * Answered by a capability, entered through its gate.
   *
   * @param capability its name
   * @param service the service wanted of it
   * @param use what to do with it
   */
  public record Gated<T>(String capability, Class<T> service, Use<T> use) implements Action {}

  /** What a route does with a capability's service. */
  @FunctionalInterface
  public interface Use<T> {
    /** Answers. It may wait; the service is not to be used after the exchange has ended. */
    void serve(Exchange exchange, T service) throws IOException, Refusal, TransferException;
  }

  /** A route that a capability answers, and whose path holds the right to it: no caller yet. */
  public static <T> Route keyed(
      String method, String path, String capability, Class<T> service, Use<T> use) {
    return new Route(method, path, Requirement.KEY, new Gated<>(capability, service, use));
  }

  /** A route that a capability answers. */
  public static <T> Route gated(
      String method, String path, String scope, String capability, Class<T> service, Use<T> use) {
    return new Route(method, path, Requirement.of(scope), new Gated<>(capability, service, use));
  }
}
