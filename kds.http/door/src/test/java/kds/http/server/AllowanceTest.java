package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests without a token may hold together, and who has to go when it is too much. */
final class AllowanceTest {
  private static final KeyPair KEY = Jwt.pair("EC secp256r1");
  private static final String GOOD = Jwt.token("ES256", KEY.getPrivate(), Jwt.claims());
  private static final int MOST = 2 << 20;
  private static final int ATTACKERS = 60;
  private static final int UNLIMITED = Integer.MAX_VALUE;

  @TempDir Path folder;

  /** Ways to hold memory without a token. */
  enum Attack {
    LONG_LINE(false, request("X: " + "x".repeat(31 << 10))),
    SHORT_LINES(true, request("a:\r\n".repeat(7800))),
    BEHIND_ANOTHER_REQUEST(true, request("\r\n") + request("a:\r\n".repeat(1900)));

    /** Whether a few connections hold so much that it shows in the heap. */
    private final boolean shows;

    private final byte[] bytes;

    Attack(boolean shows, String text) {
      this.shows = shows;
      this.bytes = text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String request(String rest) {
      return "GET /x HTTP/1.1\r\nHost: a\r\n" + rest;
    }
  }

  @ParameterizedTest
  @EnumSource
  void honestRequestsSucceedWhileOthersHoldAllThatThereIs(Attack attack) throws Exception {
    try (TestDoor door = open(false, MOST)) {
      Attackers attackers = new Attackers(door, attack.bytes);
      try (Traffic honest = new Traffic(door, GOOD);
          attackers) {
        attackers.add(ATTACKERS);
        int before = honest.served.get();
        TestDoor.await("more requests", () -> honest.served.get() > before + 100);
        assertThat(longHeaders(door)).as("20 KiB of headers").contains("subject=user-1");
        assertThat(honest.failures).isEmpty();
      }
      assertThat(door.allowance.total()).isLessThanOrEqualTo(MOST);
      door.awaitLog("requests that had brought no token yet held more than 2048 KiB");
    }
  }

  @ParameterizedTest
  @EnumSource
  void overTlsToo(Attack attack) throws Exception {
    try (TestDoor door = open(true, MOST);
        Traffic honest = new Traffic(door, GOOD);
        Attackers attackers = new Attackers(door, attack.bytes)) {
      attackers.add(ATTACKERS);
      int before = honest.served.get();
      TestDoor.await("more requests", () -> honest.served.get() > before + 20);
      assertThat(honest.failures).isEmpty();
      assertThat(door.allowance.total()).isLessThanOrEqualTo(MOST);
      door.awaitLog("requests that had brought no token yet held more than 2048 KiB");
    }
  }

  @Test
  void handshakesThatDoNotEndCountToo() throws Exception {
    byte[] hello = {22, 3, 1, 0x3e, (byte) 0x80, 1, 0, 0x7d, 0}; // 16000 of 32000 bytes
    byte[] begun = ByteBuffer.allocate(5 + 16000).put(hello).array();
    try (TestDoor door = open(true, MOST / 4);
        Traffic honest = new Traffic(door, GOOD);
        Attackers attackers = new Attackers(begun, new Raw(door))) {
      attackers.add(ATTACKERS);
      int before = honest.served.get();
      TestDoor.await("more requests", () -> honest.served.get() > before + 20);
      assertThat(honest.failures).isEmpty();
      door.awaitLog("requests that had brought no token yet held more than 512 KiB");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theHeapIsTheWitness(boolean limited) throws Exception {
    for (Attack attack : Attack.values()) {
      if (!attack.shows) {
        continue;
      }
      try (TestDoor door = open(false, limited ? MOST : UNLIMITED);
          Attackers attackers = new Attackers(door, attack.bytes)) {
        attackers.add(2); // What all of them share is there now.
        long before = heap();
        attackers.add(ATTACKERS);
        if (limited) {
          door.awaitLog("requests that had brought no token yet held more than");
          TestDoor.await(attack + " to hold little", () -> heap() - before < 2 * MOST);
        } else {
          TestDoor.await("control: " + attack, () -> heap() - before > 3 * MOST);
        }
      }
    }
  }

  @Test
  void aRequestThatHasBroughtItsTokenHoldsNothingOfIt() throws Exception {
    try (TestDoor door = open(false, MOST);
        Socket socket = door.connect()) {
      OutputStream out = socket.getOutputStream();
      String head = "PUT /count HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n";
      out.write((head + "X: " + "x".repeat(20_000) + "\r\n").getBytes());
      TestDoor.await("it to count", () -> door.allowance.total() > 20_000);
      out.write(("Authorization: Bearer " + GOOD + "\r\n\r\n").getBytes());
      out.write(new byte[8_000_000]);
      TestDoor.await("it to count no longer", () -> door.allowance.total() == 0);
      out.write(new byte[1_000_000]);
      assertThat(new String(socket.getInputStream().readNBytes(12))).isEqualTo("HTTP/1.1 200");
    }
  }

  @Test
  void whoLeavesHoldsNothing() throws Exception {
    try (TestDoor door = open(true, MOST)) {
      try (Attackers attackers = new Attackers(door, Attack.LONG_LINE.bytes)) {
        attackers.add(5);
        TestDoor.await("them to count", () -> door.allowance.total() > 5 * (31 << 10));
      }
      TestDoor.await("them to count no longer", () -> door.allowance.total() == 0);
    }
  }

  @Test
  void thoseThatHoldMostForLongestAreCutOff() {
    AtomicLong clock = new AtomicLong(1_000_000_000);
    Allowance allowance = new Allowance(100, clock::get);
    List<String> cut = new ArrayList<>();
    Allowance.Holder old = () -> cut.add("old");
    Allowance.Holder large = () -> cut.add("large");
    Allowance.Holder fresh = () -> cut.add("fresh");
    allowance.hold(old, 30);
    clock.addAndGet(10);
    allowance.hold(large, 65);
    clock.addAndGet(10);
    allowance.hold(fresh, 6);
    assertThat(cut).containsExactly("large");
    allowance.hold(fresh, 71);
    assertThat(cut).containsExactly("large", "old");
    allowance.release(old);
    assertThat(allowance.total()).isEqualTo(71);
    allowance.hold(fresh, 101);
    assertThat(cut).as("alone too much").containsExactly("large", "old", "fresh");
    assertThat(allowance.total()).isZero();
  }

  @Test
  void whoComesBeforeTheOthersHaveLeftIsCutOffUnread() {
    Allowance allowance = new Allowance(100, System::nanoTime);
    List<String> cut = new ArrayList<>();
    Allowance.Holder first = () -> cut.add("first");
    Allowance.Holder second = () -> cut.add("second");
    Allowance.Holder third = () -> cut.add("third");
    Allowance.Holder fourth = () -> cut.add("fourth");
    allowance.hold(first, 90);
    assertThat(allowance.hold(second, 60)).isTrue();
    assertThat(allowance.hold(third, 60)).isFalse();
    assertThat(cut).containsExactly("first", "second", "third");
    assertThat(allowance.hold(third, 10)).as("it is on its way out").isFalse();
    List.of(first, second, third).forEach(allowance::gone);
    assertThat(allowance.hold(fourth, 60)).isTrue();
    assertThat(allowance.total()).isEqualTo(60);
    assertThat(cut).doesNotContain("fourth");
  }

  private TestDoor open(boolean tls, int allowance) throws Exception {
    return TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "ssl", tls, "allowance", allowance);
  }

  private static String longHeaders(TestDoor door) throws IOException {
    return door.exchange(
        "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: "
            + "x".repeat(20_000)
            + "\r\nAuthorization: Bearer "
            + GOOD
            + "\r\n\r\n");
  }

  private static long heap() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }

  /** How an attacker connects. */
  private interface Way {
    Socket connect() throws IOException;
  }

  /** Without TLS, whatever the door speaks. */
  private record Raw(TestDoor door) implements Way {
    @Override
    public Socket connect() throws IOException {
      return new Socket("127.0.0.1", door.port());
    }
  }

  /** They send something and wait for ever. */
  private static final class Attackers implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();
    private final byte[] bytes;
    private final Way way;

    Attackers(TestDoor door, byte[] bytes) {
      this(bytes, door::connect);
    }

    Attackers(byte[] bytes, Way way) {
      this.bytes = bytes;
      this.way = way;
    }

    void add(int count) throws IOException {
      for (int i = 0; i < count; i++) {
        Socket socket = way.connect();
        sockets.add(socket);
        try {
          socket.getOutputStream().write(bytes);
        } catch (IOException ignored) {
          // It has been cut off already.
        }
      }
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}
