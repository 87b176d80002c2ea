package kds.http.route;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.capability.Gates;
import kds.api.capability.Lease;
import kds.api.security.Caller;
import kds.api.transfer.TransferException;
import kds.http.access.Access;
import kds.http.access.Requirement;
import kds.http.problem.Problem;
import kds.http.server.Inner;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings an authenticated request to the code that answers it.
 *
 * <p>Path, method and token are checked first, then the capability's gate is entered, and only then
 * is the body read: what is refused costs nobody a byte. A request that waits at a gate holds no
 * thread. Its lease ends when the request has completed, not before.
 */
public final class Router extends Handler.Abstract {
  /** Response header: which generation of a bundle served the call. */
  public static final String CAPABILITY_HEADER = "Kds-Capability";

  private static final Logger LOG = LoggerFactory.getLogger(Router.class);

  private final RouteMap routes;
  private final Gates gates;
  private final AtomicReference<@Nullable Handler> addOns = new AtomicReference<>();
  private final AtomicInteger running = new AtomicInteger();

  /** Makes one for a table of routes. */
  public Router(List<Route> routes, Gates gates) {
    this.routes = new RouteMap(routes);
    this.gates = gates;
  }

  /**
   * Says who gets the requests that no route took.
   *
   * @param handler started already, and stopped by its owner
   */
  public void addOns(Handler handler) {
    addOns.set(handler);
  }

  /** Takes {@link #addOns} back, unless another has come already. Requests under way go on. */
  public void withoutAddOns(Handler handler) {
    addOns.compareAndSet(handler, null);
  }

  /** How many requests are being answered now. */
  public int running() {
    return running.get();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    running.incrementAndGet();
    Request.addCompletionListener(request, ignored -> running.decrementAndGet());
    new Call(request, response, callback).begin();
    return true;
  }

  /** One request on its way. */
  private final class Call {
    private final Request request;
    private final Response response;
    private final Callback callback;

    Call(Request request, Response response, Callback callback) {
      this.request = request;
      this.response = response;
      this.callback = callback;
    }

    void begin() {
      try {
        boolean keyed = request.getAttribute(Inner.KEY_GUARD) instanceof Inner.KeyGuard;
        Caller caller = keyed ? null : caller();
        RequestPath path = RequestPath.ofRequest(request.getHttpURI().getPath());
        RouteMap.Place place = routes.find(path, request.getMethod());
        if (place == null && caller == null) {
          throw Refusal.of(401, "token-missing", "The call needs a token. Send one.");
        }
        if (place == null) {
          Work.run(request, this::passOn);
          return;
        }
        Route route = chosen(place);
        if (caller != null) {
          Optional<Problem> refused = Access.check(caller, route.requirement());
          if (refused.isPresent()) {
            throw new Refusal(refused.get());
          }
        } else if (!route.requirement().key()) {
          throw Refusal.of(401, "token-missing", "The call needs a token. Send one.");
        }
        Exchange exchange = new Exchange(request, response, caller, place.rest());
        switch (route.action()) {
          case Route.Plain plain -> Work.run(request, () -> finish(exchange, plain::serve));
          case Route.Gated<?> gated -> enter(exchange, gated);
        }
      } catch (Refusal | RuntimeException e) {
        Work.run(request, () -> fail(new Exchange(request, response), e));
      }
    }

    private Caller caller() throws Refusal {
      if (request.getAttribute(Inner.CALLER) instanceof Caller caller) {
        return caller;
      }
      throw Refusal.of(401, "token-missing", "The call has no token. Send one.");
    }

    private Route chosen(RouteMap.Place place) throws Refusal {
      Route route = place.route(request.getMethod());
      if (route != null) {
        return route;
      }
      if ("OPTIONS".equals(request.getMethod())) {
        return new Route(
            "OPTIONS",
            "",
            Requirement.ANY,
            (Route.Plain) exchange -> exchange.status(204).set("Allow", place.allow()).empty());
      }
      throw new Refusal(
          Problem.of(
                  405,
                  "method-not-allowed",
                  "This path does not serve "
                      + request.getMethod()
                      + ". Use "
                      + place.allow()
                      + ".")
              .header("Allow", place.allow()));
    }

    private <T> void enter(Exchange exchange, Route.Gated<T> gated) {
      Tenancy tenancy = new Tenancy();
      Request.addCompletionListener(request, ignored -> tenancy.end());
      CompletableFuture<Lease<T>> entry =
          gates.enter(gated.capability(), gated.service()).toCompletableFuture();
      if (entry.isDone()) {
        Work.run(request, () -> serve(exchange, gated, entry, tenancy));
      } else {
        entry.whenComplete(
            (lease, failure) -> Work.start(request, () -> serve(exchange, gated, entry, tenancy)));
      }
    }

    private <T> void serve(
        Exchange exchange, Route.Gated<T> gated, CompletableFuture<Lease<T>> entry, Tenancy held) {
      finish(
          exchange,
          self -> {
            Lease<T> lease = entry.join();
            if (!held.take(lease)) {
              throw new ClientGoneException("The client left while its call was waiting.", null);
            }
            lease.whenCut(this::cut);
            self.set(CAPABILITY_HEADER, lease.bundle() + ";version=" + lease.version());
            gated.use().serve(self, lease.service());
          });
    }

    private void finish(Exchange exchange, Step step) {
      try {
        step.run(exchange);
        if (!exchange.answered()) {
          throw new IllegalStateException("The call was not answered: " + request);
        }
        exchange.body().linger();
        callback.succeeded();
      } catch (Exception | Error e) {
        fail(exchange, e);
      }
    }

    private void fail(Exchange exchange, Throwable failure) {
      try {
        if (exchange.answered()) {
          throw failure;
        }
        exchange.refuse(Failures.problem(failure));
        exchange.body().linger();
        callback.succeeded();
      } catch (Throwable e) {
        abort(e);
      } finally {
        exchange.body().release();
      }
    }

    /** The answer has begun and cannot be completed: the connection is cut, so that it shows. */
    private void abort(Throwable failure) {
      switch (failure) {
        case ClientGoneException gone -> LOG.debug("The client left: {}", gone.getMessage(), gone);
        case IOException told -> LOG.warn("An answer was cut off. {}", told.getMessage());
        case TransferException told -> LOG.warn("An answer was cut off. {}", told.getMessage());
        default -> LOG.error("An answer was cut off.", failure);
      }
      callback.failed(failure);
    }

    /** The capability is switched off and its time is over. Whoever reads or writes then fails. */
    private void cut() {
      LOG.warn(
          "Request {} ({}) is cut off: its capability was switched off.",
          request.getAttribute(Inner.REQUEST_ID),
          request.getMethod());
      request
          .getConnectionMetaData()
          .getConnection()
          .getEndPoint()
          .close(new IOException("The capability is switched off."));
    }

    private void passOn() {
      Handler handler = addOns.get();
      try {
        if (handler == null || !handler.handle(request, response, callback)) {
          fail(
              new Exchange(request, response),
              Refusal.of(
                  404,
                  "not-found",
                  "There is nothing at this path. GET /openapi.json lists all calls."));
        }
      } catch (Throwable e) {
        fail(new Exchange(request, response), e);
      }
    }
  }

  /** A part of a call that may fail. */
  @FunctionalInterface
  private interface Step {
    void run(Exchange exchange) throws IOException, Refusal, TransferException;
  }
}
