package kds.http.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.capability.Lease;
import kds.http.testing.InHouse;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The way through the gate of a capability, and the lease on it. */
class RouterGatesTest extends InHouse {
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
}
