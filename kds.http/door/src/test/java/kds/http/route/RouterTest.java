package kds.http.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.capability.Lease;
import kds.api.transfer.TransferException;
import kds.http.access.Requirement;
import kds.http.files.FileRoutes;
import kds.http.log.AccessLog;
import kds.http.server.Inner;
import kds.http.testing.House;
import kds.http.testing.OneGate;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import kds.http.testing.TestDoor;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

class RouterTest {
  private static final String AUTH = "Authorization: " + TestDoor.FILES;

  @TempDir Path folder;
  private House house;

  @BeforeEach
  void open() throws Exception {
    house = new House(folder);
  }

  @AfterEach
  void close() {
    house.close();
  }

  private Answer get(String target, String... headers) throws IOException {
    return house.client.call("GET", target, headers);
  }

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

  @Test
  void refusesBeforeTheGateIsEntered() throws Exception {
    AtomicReference<String> entered = new AtomicReference<>();
    var open = house.gate.entry;
    house.gate.entry =
        () -> {
          entered.set("entered");
          return open.get();
        };
    get("/Downloads/x", "Authorization", "Bearer nothing");
    get("/nowhere");
    house.client.call("DELETE", "/Downloads/x");
    assertThat(entered).hasValue(null);
    get("/Downloads/x");
    assertThat(entered).hasValue("entered");
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/nowhere",
        "/Downloads",
        "/health/",
        "/upload/x",
        "/api",
        "/API/downloads",
        "/downloads/x",
        "/health;x",
        "/%20health"
      })
  void knowsNoOtherPath(String path) throws Exception {
    Answer answer = raw("GET", path);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text()).contains("not-found", "/openapi.json");
  }

  @Test
  void takesAnEncodedLetterOfAPathForTheLetter() throws Exception {
    assertThat(raw("GET", "/%68ealth").text()).contains("scope-missing");
    assertThat(raw("GET", "/api/%5F%5Fhealthcheck").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/Downloads/../x",
        "/Downloads/./x",
        "/Downloads/a/../../x",
        "/Downloads/%2e%2e/x",
        "/Downloads/%2E%2e/x",
        "/Downloads/.%2e/x",
        "/Downloads/%2e",
        "/Downloads/a%2fb",
        "/Downloads/%2Fetc%2Fpasswd",
        "/Downloads//etc/passwd",
        "//Downloads/x",
        "/Downloads/a//b",
        "/Downloads/%C0%AE%C0%AE/x",
        "/Downloads/%C0%AF",
        "/Downloads/%E0%80%AF",
        "/Downloads/%ED%A0%80",
        "/Downloads/%FF",
        "/Downloads/%C3",
        "/nowhere/../Downloads/x",
        "/addon/%2e%2e/upload",
      })
  void refusesUnsafePathsInEveryMethod(String target) throws Exception {
    for (String method : new String[] {"GET", "PUT", "POST", "HEAD"}) {
      Answer answer = Raw.get(house.door.port(), method, target, AUTH, "Content-Length: 0");
      assertThat(answer.status()).as(method).isEqualTo(400);
      if (!method.equals("HEAD")) {
        assertThat(answer.text()).contains("urn:kds:problem:unsafe-path");
      }
    }
    assertThat(house.files.names()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/Downloads/a/", "/Downloads/"})
  void takesASlashAtTheEndForAFolderToBeSentAndForNothingElse(String target) throws Exception {
    for (String method : new String[] {"PUT", "POST"}) {
      Answer answer = Raw.get(house.door.port(), method, target, AUTH, "Content-Length: 0");
      assertThat(answer.status()).as(method).isEqualTo(400);
      assertThat(answer.text()).contains("urn:kds:problem:unsafe-path");
    }
    assertThat(house.files.names()).isEmpty();
  }

  /** Jetty's own parser stands before the router here; what counts is that both refuse. */
  @ParameterizedTest
  @ValueSource(strings = {"a%00b", "%", "%4", "%zz", "a%", "%u0041"})
  void refusesWhatIsNotEvenAUri(String name) throws Exception {
    for (String method : new String[] {"GET", "PUT"}) {
      assertThat(raw(method, "/Downloads/" + name).status()).isEqualTo(400);
    }
    assertThat(house.files.names()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain.txt",
        "with blank.txt",
        "..hidden",
        "...",
        "a;b=c",
        "back\\slash\\..\\x",
        "100%",
        "%2e%2e",
        "quote\"'`",
        "q?&#=+",
        "ü",
        "u\u0308",
        "🎉 emoji",
        "名前",
        "tab\tand\nline",
        "\u202Ereversed",
        "-rf",
        "CON",
        "{path}",
      })
  void storesAndGivesBackEveryNameAFileCanHave(String name) throws Exception {
    String target = "/Downloads/deep/" + RequestPath.encode(name);
    Answer put = house.client.put(target, "content of " + name);
    assertThat(put.status()).isEqualTo(201);
    assertThat(put.headers()).containsEntry("Location", target);
    assertThat(house.files.names()).containsExactly("deep/" + name);
    assertThat(get(target).text()).isEqualTo("content of " + name);
    assertThat(get("/api/downloads?path=/deep").status()).isEqualTo(200);
  }

  @Test
  void takesNamesOfUpTo255Bytes() throws Exception {
    String emoji = "🎉".repeat(63) + "abc";
    assertThat(emoji.getBytes(StandardCharsets.UTF_8)).hasSize(255);
    for (String name : new String[] {"x".repeat(255), emoji}) {
      assertThat(house.client.put("/Downloads/" + RequestPath.encode(name), "1").status())
          .isEqualTo(201);
      Answer longer = house.client.put("/Downloads/" + RequestPath.encode(name + "x"), "1");
      assertThat(longer.status()).isEqualTo(400);
      assertThat(longer.text()).contains("name-too-long");
    }
  }

  @Test
  void takesRawUtf8InAPathAndRefusesOtherRawBytes() throws Exception {
    byte[] good =
        ("PUT /Downloads/ü HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + AUTH + "\r\n")
            .getBytes(StandardCharsets.UTF_8);
    byte[] tail = "Content-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    assertThat(Raw.send(house.door.port(), concat(good, tail), false).status()).isEqualTo(201);
    assertThat(house.files.names()).containsExactly("ü");
    byte[] bad =
        ("PUT /Downloads/ü HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + AUTH + "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Raw.send(house.door.port(), concat(bad, tail), false).status()).isEqualTo(400);
    assertThat(house.files.names()).containsExactly("ü");
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] all = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  @Test
  void letsManyRequestsWaitAtAGateWithoutAThread() throws Exception {
    Files.writeString(folder.resolve("x"), "hello");
    CompletableFuture<Lease<?>> gap = new CompletableFuture<>();
    house.gate.entry = () -> gap.thenApply(ignored -> house.gate.lease());
    int busy = house.door.busyThreads();
    List<Socket> waiting = new ArrayList<>();
    byte[] head = Raw.head("GET", "/Downloads/x", AUTH).getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < 200; i++) {
      Socket socket = new Socket("127.0.0.1", house.door.port());
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(head);
      waiting.add(socket);
    }
    long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (gap.getNumberOfDependents() < 200 && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    assertThat(gap.getNumberOfDependents()).isEqualTo(200);
    assertThat(house.door.busyThreads()).isLessThanOrEqualTo(busy + 4);
    assertThat(calls()).isZero();
    gap.complete(null);
    for (Socket socket : waiting) {
      Answer answer = Raw.parse(socket.getInputStream().readAllBytes());
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("hello");
      socket.close();
    }
    assertThat(house.gate.leases.await(0)).isZero();
  }

  private static long calls() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kds-call-"))
        .count();
  }

  @ParameterizedTest
  @CsvSource({"OFF,capability-off", "ABSENT,capability-absent", "CROWDED,crowded"})
  void saysWhyACapabilityCannotBeEntered(CapabilityUnavailableException.Reason reason, String word)
      throws Exception {
    house.gate.entry =
        () ->
            CompletableFuture.failedFuture(
                new CapabilityUnavailableException(
                    reason, "Not now: " + reason, Duration.ofMillis(4200)));
    Answer answer = house.client.put("/Downloads/x", "hello");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.headers()).containsEntry("Retry-After", "5");
    assertThat(answer.text()).contains("urn:kds:problem:" + word, "Not now: " + reason);
  }

  @Test
  void doesNotReadTheBodyWhileItWaitsAtTheGate() throws Exception {
    CompletableFuture<Lease<?>> gap = new CompletableFuture<>();
    house.gate.entry = () -> gap;
    try (Socket socket = new Socket("127.0.0.1", house.door.port())) {
      socket.setSoTimeout(20_000);
      String head =
          Raw.head("PUT", "/Downloads/x", AUTH, "Content-Length: 5", "Expect: 100-continue");
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(300);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(java.net.SocketTimeoutException.class);
      socket.setSoTimeout(20_000);
      gap.complete(house.gate.lease());
      assertThat(socket.getInputStream().readNBytes(25)).hasSize(25);
      socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
      assertThat(Raw.parse(socket.getInputStream().readAllBytes()).status()).isEqualTo(201);
    }
    assertThat(house.gate.leases.await(0)).isZero();
  }

  @Test
  void cutsRequestsOfACapabilityWhoseTimeIsOver() throws Exception {
    Files.write(folder.resolve("large"), new byte[64 << 20]);
    try (Socket up = new Socket("127.0.0.1", house.door.port());
        Socket down = new Socket("127.0.0.1", house.door.port())) {
      up.setSoTimeout(20_000);
      down.setSoTimeout(20_000);
      String put = Raw.head("PUT", "/Downloads/half", AUTH, "Content-Length: 1000000");
      up.getOutputStream().write(put.getBytes(StandardCharsets.US_ASCII));
      up.getOutputStream().write(new byte[1000]);
      down.getOutputStream()
          .write(Raw.head("GET", "/Downloads/large", AUTH).getBytes(StandardCharsets.US_ASCII));
      down.getInputStream().readNBytes(1 << 20);
      assertThat(house.gate.leases.await(2)).isEqualTo(2);
      house.gate.cut();
      assertThat(house.gate.leases.await(0)).isZero();
      assertThat(rest(up)).isZero();
      assertThat(rest(down)).isLessThan(63 << 20);
    }
    assertThat(house.files.names()).containsExactly("large");
  }

  /** How many bytes still come, however the connection ends. */
  private static long rest(Socket socket) {
    long count = 0;
    try {
      for (int n; (n = socket.getInputStream().read(new byte[65536])) >= 0; ) {
        count += n;
      }
    } catch (IOException _) {
      // Cut by a reset.
    }
    return count;
  }

  @Test
  void keepsTheLeaseUntilTheLastByteIsSent() throws Exception {
    Files.write(folder.resolve("large"), new byte[64 << 20]);
    try (Socket socket = new Socket("127.0.0.1", house.door.port())) {
      socket
          .getOutputStream()
          .write(Raw.head("GET", "/Downloads/large", AUTH).getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readNBytes(1 << 20);
      assertThat(house.gate.leases.get()).isEqualTo(1);
      assertThat(socket.getInputStream().readAllBytes()).hasSizeGreaterThan(62 << 20);
    }
    assertThat(house.gate.leases.await(0)).isZero();
  }

  @ParameterizedTest
  @EnumSource(TransferException.Reason.class)
  void mapsEveryReasonOfATransferToOneProblem(TransferException.Reason reason) throws Exception {
    var problem = Failures.problem(new TransferException(reason, "Because."));
    int status =
        switch (reason) {
          case NO_SESSION, NOT_ALLOWED, DENIED -> 403;
          case NOT_FOUND -> 404;
          case NO_USER, NO_FOLDER, WRONG_KIND, CONFLICT, TAKEN_OVER -> 409;
          case GONE -> 410;
          case UNSAFE_PATH, NAME_TOO_LONG, INCOMPLETE -> 400;
          case TOO_LARGE -> 413;
          case REFUSED -> 422;
          case TOO_SOON -> 429;
          case NO_SPACE, QUOTA -> 507;
          case BUSY -> 503;
          case FAILED -> 500;
        };
    assertThat(problem.status()).isEqualTo(status);
    assertThat(problem.detail()).isEqualTo("Because.");
    assertThat(problem.word()).matches("[a-z-]+");
  }

  @Test
  void tellsWhenToComeAgain() {
    var problem =
        Failures.problem(
            new TransferException(
                TransferException.Reason.TOO_SOON, "Wait.", java.time.Duration.ofMillis(6100)));
    assertThat(problem.headers()).containsEntry("Retry-After", "7");
    assertThat(problem.word()).isEqualTo("too-soon");
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
