package kds.http.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import kds.http.access.Requirement;
import kds.http.files.FileRoutes;
import kds.http.log.AccessLog;
import kds.http.server.Inner;
import kds.http.testing.InHouse;
import kds.http.testing.OneGate;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import kds.http.testing.TestDoor;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.MDC;

class RouterTest extends InHouse {
  private Answer raw(String method, String target) throws IOException {
    return Raw.get(house.door.port(), method, target, AUTH, "Content-Length: 0");
  }

  @Test
  void refusesACallWithoutACaller() throws Exception {
    Router router = new Router(FileRoutes.all(Clock.systemUTC()), house.gate);
    try (TestDoor bare = new TestDoor(new Bare(router), new AccessLog(), true)) {
      Answer answer = Raw.get(bare.port(), "GET", "/api/__healthcheck", AUTH);
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.text()).contains("token-missing");
    }
  }

  /** Takes the caller away again: what the router sees when the door forgot to ask. */
  private static final class Bare extends Handler.Wrapper {
    Bare(Handler inner) {
      super(inner);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      request.removeAttribute(Inner.CALLER);
      return super.handle(request, response, callback);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/Downloads/x,files:write,403,scope-missing",
    "PUT,/Downloads/x,files:read,403,scope-missing",
    "POST,/upload,files:read,403,scope-missing",
    "GET,/api/downloads,files:write,403,scope-missing",
    "GET,/health,admin,403,scope-missing",
    "GET,/capabilities,health,403,scope-missing",
    "GET,/capabilities,admin+noaud,403,audience-missing",
    "GET,/capabilities,admin,200,transfer",
    "GET,/api/__healthcheck,nothing,200,ok",
    "GET,/openapi.json,nothing,200,openapi",
    "GET,/openapi.yaml,nothing,200,openapi",
  })
  void asksEachCallForItsScope(String method, String path, String scopes, int status, String word)
      throws Exception {
    Answer answer = house.client.call(method, path, "Authorization", "Bearer " + scopes);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.text()).contains(word);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/Downloads/x|GET, HEAD, OPTIONS, PUT",
        "/upload|OPTIONS, POST",
        "/api/downloads|GET, HEAD, OPTIONS",
        "/api/__healthcheck|GET, HEAD, OPTIONS",
      })
  void saysWhichMethodsAPathServes(String path, String allow) throws Exception {
    Answer options = house.client.call("OPTIONS", path);
    assertThat(options.status()).isEqualTo(204);
    assertThat(options.headers()).containsEntry("Allow", allow);
    for (String method : new String[] {"DELETE", "PATCH", "TRACE", "PROPFIND"}) {
      Answer answer = raw(method, path);
      assertThat(answer.status()).isEqualTo(405);
      assertThat(answer.headers()).containsEntry("allow", allow);
      assertThat(answer.text()).contains("method-not-allowed");
    }
  }

  @Test
  void tellsNothingOfAnUnexpectedFailureButWhereToLook() throws Exception {
    Route broken =
        new Route(
            "GET",
            "/broken",
            Requirement.ANY,
            (Route.Plain)
                exchange -> {
                  throw new IllegalStateException("a secret of the inside");
                });
    Route silent = new Route("GET", "/silent", Requirement.ANY, (Route.Plain) exchange -> {});
    Router router = new Router(List.of(broken, silent), new OneGate(house.files));
    try (TestDoor door = new TestDoor(router, new AccessLog(), true)) {
      for (String path : new String[] {"/broken", "/silent"}) {
        Answer answer = Raw.get(door.port(), "GET", path, AUTH);
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.text()).contains("urn:kds:problem:failed").doesNotContain("secret");
        assertThat(answer.headers()).containsKey("kds-request-id");
      }
    }
  }

  @Test
  void marksLogLinesWithRequestAndSession() throws Exception {
    AtomicReference<String> seen = new AtomicReference<>();
    Route route =
        new Route(
            "GET",
            "/mark",
            Requirement.ANY,
            (Route.Plain)
                exchange -> {
                  seen.set(
                      MDC.get("session") + Thread.currentThread().isVirtual() + MDC.get("request"));
                  exchange.json(200, List.of());
                });
    for (boolean virtual : new boolean[] {true, false}) {
      Router router = new Router(List.of(route), new OneGate(house.files));
      try (TestDoor door = new TestDoor(router, new AccessLog(), virtual)) {
        Answer answer = Raw.get(door.port(), "GET", "/mark", AUTH);
        String id = answer.headers().get("kds-request-id");
        // slf4j-simple keeps no MDC, so only the thread can be seen with it
        assertThat(seen.get()).contains("true");
        assertThat(id).isNotNull();
      }
    }
  }

  @Test
  @Timeout(20)
  void countsTheRequestsThatItAnswers() throws Exception {
    AtomicReference<Router> router = new AtomicReference<>();
    Route route =
        new Route(
            "GET",
            "/count",
            Requirement.ANY,
            (Route.Plain) exchange -> exchange.json(200, List.of(router.get().running())));
    router.set(new Router(List.of(route), new OneGate(house.files)));
    try (TestDoor door = new TestDoor(router.get(), new AccessLog(), true)) {
      for (int i = 0; i < 3; i++) {
        assertThat(Raw.get(door.port(), "GET", "/count", AUTH).text()).isEqualTo("[1]");
        awaitIdle(router.get());
        assertThat(Raw.get(door.port(), "GET", "/none", AUTH).status()).isEqualTo(404);
        awaitIdle(router.get());
      }
    }
  }

  /** A client has its answer a moment before. */
  private static void awaitIdle(Router router) {
    while (router.running() > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void givesAddOnsWhatNoRouteTookAndNothingElse() throws Exception {
    AtomicReference<String> taken = new AtomicReference<>("");
    Handler addOns =
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            taken.updateAndGet(before -> before + request.getHttpURI().getPath() + ' ');
            if (!request.getHttpURI().getPath().startsWith("/acme")) {
              return false;
            }
            response.setStatus(200);
            Response.writeError(request, response, callback, 418);
            return true;
          }
        };
    house.router.addOns(addOns);
    assertThat(get("/acme/scan").status()).isEqualTo(418);
    assertThat(get("/acme/").status()).isEqualTo(418);
    assertThat(get("/other").status()).isEqualTo(404);
    for (String own : List.of("/health", "/%68ealth", "/Downloads/x", "/Downloads/", "/upload")) {
      raw("GET", own);
    }
    raw("GET", "/acme/../health");
    raw("GET", "/acme/%2e%2e/health");
    raw("GET", "/acme/%2fhealth");
    assertThat(taken).hasValue("/acme/scan /acme/ /other ");
    house.router.withoutAddOns(addOns);
    assertThat(get("/acme/scan").status()).isEqualTo(404);
  }

  @Test
  void refusesTwoRoutesForOneCall() {
    List<Route> twice = new ArrayList<>(FileRoutes.all(Clock.systemUTC()));
    twice.addAll(FileRoutes.all(Clock.systemUTC()));
    assertThatThrownBy(() -> new Router(twice, house.gate))
        .hasMessageContaining("PUT /Downloads/{path}");
  }

  @Test
  void keepsAConnectionForTheNextRequest() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", house.door.port())) {
      socket.setSoTimeout(20_000);
      String request = "PUT /Downloads/k HTTP/1.1\r\nHost: x\r\n" + AUTH + "\r\n";
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        all.append(request).append("Content-Length: 5\r\n\r\nhello");
      }
      all.append(Raw.head("GET", "/api/__healthcheck", AUTH));
      socket.getOutputStream().write(all.toString().getBytes(StandardCharsets.US_ASCII));
      String answers =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answers.split("HTTP/1.1 201 Created", -1)).hasSize(21);
      assertThat(answers).endsWith("{\"ok\":true}");
    }
  }
}
