package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slow, many and large: what costs memory or connections without a token. */
final class LimitsTest {
  private static final KeyPair KEY = Jwt.pair("EC secp256r1");
  private static final String GOOD = Jwt.token("ES256", KEY.getPrivate(), Jwt.claims());

  @TempDir Path folder;

  private TestDoor open(Object... config) throws Exception {
    return TestDoor.open(folder, Jwt.pem(KEY.getPublic()), config);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void headersThatTrickleAreCutOff(boolean tls) throws Exception {
    try (TestDoor door = open("ssl", tls, "header_timeout", "1s");
        Socket socket = door.connect()) {
      socket.setSoTimeout(20_000);
      long began = System.nanoTime();
      Thread trickle =
          Thread.startVirtualThread(
              () -> {
                try {
                  OutputStream out = socket.getOutputStream();
                  out.write("GET /x HTTP/1.1\r\nHost: a\r\nX-Slow: ".getBytes());
                  while (true) {
                    out.write('a');
                    out.flush();
                    TimeUnit.MILLISECONDS.sleep(100);
                  }
                } catch (IOException | InterruptedException expected) {
                  // Cut off.
                }
              });
      assertThat(ended(socket.getInputStream())).isTrue();
      assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(10));
      trickle.join();
    }
  }

  @Test
  void aConnectionThatSaysNothingIsCutOff() throws Exception {
    try (TestDoor door = open("header_timeout", "1s");
        Socket socket = new Socket("127.0.0.1", door.port())) {
      socket.setSoTimeout(20_000);
      assertThat(ended(socket.getInputStream())).isTrue();
    }
  }

  @Test
  void aSecondRequestThatTricklesIsCutOff() throws Exception {
    try (TestDoor door = open("ssl", false, "header_timeout", "1s");
        Socket socket = door.connect()) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(head("GET /x", "").getBytes());
      String first = readAnswer(socket.getInputStream());
      assertThat(first).contains("subject=user-1");
      TimeUnit.MILLISECONDS.sleep(1500);
      socket.getOutputStream().write("GET /x HTTP/1.1\r\nHo".getBytes());
      assertThat(ended(socket.getInputStream())).isTrue();
    }
  }

  @Test
  void aSlowUploadIsNot() throws Exception {
    try (TestDoor door = open("header_timeout", "1s", "idle_timeout", "2s");
        Socket socket = door.connect()) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(head("PUT /count", "Content-Length: 4000\r\n").getBytes());
      for (int i = 0; i < 40; i++) {
        out.write(new byte[100]);
        out.flush();
        TimeUnit.MILLISECONDS.sleep(100);
      }
      assertThat(readAnswer(socket.getInputStream())).contains("length=4000");
    }
  }

  @Test
  void aCallThatTakesLongerThanTheIdleTimeoutIsAnswered() throws Exception {
    try (TestDoor door = open("ssl", false, "idle_timeout", "1s", "header_timeout", "1s")) {
      var held = CompletableFuture.supplyAsync(() -> get(door, "/hold"));
      door.toy.entered.await();
      TimeUnit.MILLISECONDS.sleep(3000);
      door.toy.release.countDown();
      assertThat(held.get()).contains("subject=user-1");
    }
  }

  @Test
  void anUploadWithoutATokenIsRefusedBeforeItsBody() throws Exception {
    try (TestDoor door = open("ssl", false)) {
      String answer =
          door.exchange(
              "PUT /count HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000\r\n"
                  + "Expect: 100-continue\r\n\r\n");
      assertThat(answer).startsWith("HTTP/1.1 401").doesNotContain("100 Continue");
    }
  }

  @Test
  void oneAddressCannotTakeAllConnections() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (TestDoor door =
        open("ssl", false, "max_connections_per_address", 8, "header_timeout", "5m")) {
      for (int i = 0; i < 8; i++) {
        sockets.add(used(door));
      }
      try (Socket ninth = door.connect()) {
        ninth.setSoTimeout(20_000);
        assertThat(ended(ninth.getInputStream())).as("the ninth is closed").isTrue();
      }
      sockets.removeFirst().close();
      TestDoor.await("room for another", () -> get(door, "/x").contains("subject=user-1"));
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void aUserOfThisMachineCannotTakeAllConnectionsByItsManyAddresses() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (TestDoor door =
        open("ssl", false, "max_connections_per_address", 8, "header_timeout", "5m")) {
      for (int i = 0; i < 8; i++) {
        sockets.add(used(new Socket("127.0.0.1", door.port(), from(i), 0)));
      }
      try (Socket ninth = new Socket("127.0.0.1", door.port(), from(8), 0)) {
        ninth.setSoTimeout(20_000);
        assertThat(ended(ninth.getInputStream())).as("the ninth is closed").isTrue();
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static InetAddress from(int number) {
    return InetAddress.ofLiteral("127.0.1." + (1 + number));
  }

  @Test
  void connectionsAboveTheLimitWait() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (TestDoor door = open("ssl", false, "max_connections", 8, "header_timeout", "5m")) {
      for (int i = 0; i < 8; i++) {
        sockets.add(used(door));
      }
      var waiting = CompletableFuture.supplyAsync(() -> get(door, "/x"));
      TimeUnit.MILLISECONDS.sleep(500);
      int done = waiting.isDone() ? 1 : 0;
      sockets.removeFirst().close();
      sockets.removeFirst().close();
      assertThat(waiting.get(20, TimeUnit.SECONDS)).contains("subject=user-1");
      assertThat(done).as("served although the limit was reached").isZero();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** Of any request, without a token too: else a few thousand connections would end the service. */
  @Test
  void aKeptConnectionHoldsLittleOfItsRequests() throws Exception {
    int count = 100;
    List<Socket> sockets = new ArrayList<>();
    try (TestDoor door = open("ssl", false)) {
      sockets.add(used(door)); // What all of them share is there now.
      long before = heap();
      for (int i = 0; i < count; i++) {
        Socket socket = used(door);
        sockets.add(socket);
        ask(socket, "User-Agent: " + "x".repeat(500) + i + "\r\n");
        ask(socket, "User-Agent: " + "x".repeat(500) + i + "\r\n");
      }
      assertThat((heap() - before) / count).as("bytes for each").isLessThan(40 << 10);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static long heap() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }

  private static Socket used(TestDoor door) throws IOException {
    return used(door.connect());
  }

  private static Socket used(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    ask(socket, "");
    return socket;
  }

  private static void ask(Socket socket, String headers) throws IOException {
    socket.getOutputStream().write(head("GET /x", headers).getBytes());
    assertThat(readAnswer(socket.getInputStream())).contains("subject=user-1");
  }

  private static String get(TestDoor door, String path) {
    try {
      return door.exchange(head("GET " + path, "Connection: close\r\n"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static String head(String line, String headers) {
    return line
        + " HTTP/1.1\r\nHost: a\r\n"
        + headers
        + "Authorization: Bearer "
        + GOOD
        + "\r\n\r\n";
  }

  /** One answer with a length, from a connection that stays open. */
  private static String readAnswer(InputStream in) throws IOException {
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("secure=") < 0) {
      int b = in.read();
      if (b < 0) {
        break;
      }
      answer.append((char) b);
    }
    in.readNBytes(in.available());
    return answer.toString();
  }

  private static boolean ended(InputStream in) throws IOException {
    try {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).isEmpty();
    } catch (SocketException e) {
      return true;
    }
  }
}
