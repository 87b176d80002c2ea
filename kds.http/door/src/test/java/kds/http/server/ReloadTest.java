package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import kds.http.pem.Pem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates, keys, ports and settings change while requests run. */
final class ReloadTest {
  private static final KeyPair KEY = Jwt.pair("EC secp256r1");
  private static final KeyPair OTHER = Jwt.pair("EC secp256r1");
  private static final String GOOD = Jwt.token("ES256", KEY.getPrivate(), Jwt.claims());

  @TempDir Path folder;

  @Test
  void certificatesAreExchangedUnderTrafficAndNothingIsDropped() throws Exception {
    OpenSsl.needed();
    Path pairs = Files.createDirectory(folder.resolve("pairs"));
    OpenSsl.run(
        pairs, "req -x509 -newkey rsa:2048 -nodes -keyout 0k -subj /CN=pair0 -days 5 -out 0c");
    OpenSsl.run(
        pairs,
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout 1k -subj /CN=pair1"
            + " -days 5 -out 1c");
    try (TestDoor door = TestDoor.open(folder, Jwt.pem(KEY.getPublic()));
        Traffic traffic = new Traffic(door, GOOD)) {
      for (int swap = 0; swap < 20; swap++) {
        int pair = swap % 2;
        put("key.pem", pairs.resolve(pair + "k"));
        if (swap < 4) {
          int complaints = swap + 1;
          TestDoor.await(
              "the mismatch to be told",
              () -> door.log().split("do not belong together", -1).length - 1 >= complaints);
          String before = swap == 0 ? "self-signed" : "CN=pair" + (1 - pair);
          assertThat(subject(door)).contains(before);
        }
        put("cert.pem", pairs.resolve(pair + "c"));
        TestDoor.await("pair " + swap, () -> subject(door).equals("CN=pair" + pair));
      }
      assertThat(traffic.failures).isEmpty();
      assertThat(traffic.served.get()).isGreaterThan(100);
    }
  }

  @Test
  void tokenKeysAreExchangedAndBadOnesAreNot() throws Exception {
    String other = Jwt.token("ES256", OTHER.getPrivate(), Jwt.claims());
    try (TestDoor door =
        TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "ssl", false, "brute_force_attempts", 0)) {
      assertThat(status(door, GOOD)).isEqualTo(200);
      assertThat(status(door, other)).isEqualTo(401);
      List<String> bad =
          List.of(
              "",
              "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
              "{\"keys\":",
              new String(Jwt.pem(OTHER.getPublic())).replace("-----END", "----END"),
              Pem.write("PRIVATE KEY", OTHER.getPrivate().getEncoded()),
              new String(Jwt.pem(Jwt.pair("RSA 1024").getPublic())),
              new String(Jwt.pem(Jwt.pair("X25519").getPublic())));
      int told = 0;
      for (String content : bad) {
        door.put("jwt.pem", content);
        int expected = ++told;
        TestDoor.await(
            "the refusal of '" + content + "'; the log:\n" + door.log(),
            () -> door.log().split("key before", -1).length - 1 >= expected);
        assertThat(status(door, GOOD)).isEqualTo(200);
        assertThat(status(door, other)).isEqualTo(401);
      }
      door.put("jwt.pem", new String(Jwt.pem(OTHER.getPublic())));
      TestDoor.await("the new key", () -> status(door, other) == 200);
      assertThat(status(door, GOOD)).as("verified before, cached, its key gone").isEqualTo(401);
    }
  }

  @Test
  void withoutAKeyItListensAndSaysHowToRegister() throws Exception {
    try (TestDoor door = new TestDoor(folder, "ssl", false).start()) {
      for (HttpResponse<String> answer : List.of(door.get("/x"), door.getAs(GOOD, "/x"))) {
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("problem:no-key", "Register it with Kasm");
      }
      door.put("jwt.pem", new String(Jwt.pem(KEY.getPublic())));
      TestDoor.await("the key", () -> status(door, GOOD) == 200);
    }
  }

  @Test
  void aChangeOfSettingsKeepsTheListener() throws Exception {
    try (TestDoor door = TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "ssl", false)) {
      int port = door.port();
      door.modify("idle_timeout", "30s", "max_connections", 100, "clock_skew", "1m");
      door.modify("clock_skew", "rubbish");
      assertThat(door.log()).contains("'rubbish' is not a duration");
      assertThat(status(door, GOOD)).isEqualTo(200);
      assertThat(door.port()).isEqualTo(port);
      assertThat(door.announced).isEmpty();
    }
  }

  @Test
  void aRequestSurvivesAChangeOfPort() throws Exception {
    try (TestDoor door = TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "idle_timeout", "20s")) {
      int first = door.port();
      var held = CompletableFuture.supplyAsync(() -> status(door, "/hold", GOOD));
      door.toy.entered.await();
      door.modify("address", "127.0.0.2");
      assertThat(door.awaitPort()).isNotEqualTo(first);
      TestDoor.await("the old port to close", () -> !connects("127.0.0.1", first));
      assertThat(connects("127.0.0.2", door.port())).isTrue();
      door.toy.release.countDown();
      assertThat(held.get()).isEqualTo(200);
      door.awaitLog("The listener before is closed");
      HttpResponse<String> moved =
          Trusting.CLIENT.send(
              HttpRequest.newBuilder(URI.create("https://127.0.0.2:" + door.port() + "/x"))
                  .header("Authorization", "Bearer " + GOOD)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(moved.statusCode()).as("after the old listener has gone").isEqualTo(200);
    }
  }

  @Test
  void tlsIsSwitchedOnTheSamePort() throws Exception {
    try (TestDoor door = TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "ssl", false)) {
      int port = door.port();
      door.modify("port", port);
      assertThat(door.awaitPort()).isEqualTo(port);
      for (boolean tls : new boolean[] {true, false, true, false, true}) {
        door.modify("ssl", tls);
        assertThat(door.awaitPort()).isEqualTo(port);
        assertThat(status(door, GOOD)).isEqualTo(200);
      }
      assertThat(door.getAs(GOOD, "/x").body()).contains("secure=true");
    }
  }

  @Test
  void withoutTlsItListensOnLoopbackOnly() throws Exception {
    try (TestDoor door =
        TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "ssl", false, "address", "0.0.0.0")) {
      assertThat(status(door, GOOD)).isEqualTo(200);
      assertThat(connects("127.0.0.2", door.port())).isFalse();
    }
  }

  @Test
  void aTakenPortIsToldAndTriedAgain() throws Exception {
    ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
    try (TestDoor door = new TestDoor(folder, "ssl", false, "port", taken.getLocalPort())) {
      door.startOnly();
      door.awaitLog("Cannot listen on http://127.0.0.1:" + taken.getLocalPort());
      assertThat(door.log()).contains("already in use", "ss -ltnp");
      taken.close();
      assertThat(door.awaitPort()).isEqualTo(taken.getLocalPort());
    }
  }

  @Test
  void manyRoundsThatFailAddNoTriesToListen() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
        TestDoor door = new TestDoor(folder, "ssl", false, "port", taken.getLocalPort())) {
      door.startOnly();
      door.awaitLog("Cannot listen on");
      int rounds = 30;
      for (int i = 0; i < rounds; i++) {
        door.modify("max_connections", 100 + i);
      }
      TestDoor.await("the rounds", () -> door.files.reads.get() > rounds);
      int before = door.files.reads.get();
      TestDoor.await("the third try since", () -> door.files.reads.get() >= before + 3);
      assertThat(door.files.reads.get()).isLessThan(before + rounds / 2);
    }
  }

  @Test
  void aRunningRequestIsAnsweredAfterTheStop() throws Exception {
    TestDoor door = TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "ssl", false);
    var held = CompletableFuture.supplyAsync(() -> status(door, "/hold", GOOD));
    door.toy.entered.await();
    long before = System.nanoTime();
    door.door.stop();
    assertThat(System.nanoTime() - before).as("stop does not wait").isLessThan(1_000_000_000L);
    assertThat(door.awaitPort()).isZero();
    TestDoor.await("the port to close", () -> !connects("127.0.0.1", door.port()));
    door.toy.release.countDown();
    assertThat(held.get()).isEqualTo(200);
    door.close();
  }

  @Test
  void isDrainedWhenTheLastRequestHasEnded() throws Exception {
    TestDoor door = TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "ssl", false);
    var held = CompletableFuture.supplyAsync(() -> status(door, "/hold", GOOD));
    door.toy.entered.await();
    var drained = door.door.drain().toCompletableFuture();
    TestDoor.await("the port to close", () -> !connects("127.0.0.1", door.port()));
    assertThat(drained).isNotDone();
    door.toy.release.countDown();
    assertThat(held.get()).isEqualTo(200);
    assertThat(drained).succeedsWithin(TestDoor.PATIENCE);
    door.close();
  }

  @Test
  void doesNotWaitForAnAnswerWithoutAnEnd() throws Exception {
    TestDoor door =
        TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "ssl", false, "drain_timeout", "5m");
    var held = CompletableFuture.supplyAsync(() -> status(door, "/endless", GOOD));
    door.toy.entered.await();
    assertThat(door.door.drain().toCompletableFuture()).succeedsWithin(TestDoor.PATIENCE);
    assertThat(held.get()).as("it ended in peace").isEqualTo(200);
    door.close();
  }

  /** In one step: what is half written is for another test. */
  private void put(String name, Path from) throws Exception {
    Path fresh = folder.resolve(name + ".new");
    Files.copy(from, fresh, StandardCopyOption.REPLACE_EXISTING);
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
    Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String subject(TestDoor door) {
    try {
      return TlsTest.served(door).getSubjectX500Principal().getName();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static int status(TestDoor door, String token) {
    return status(door, "/x", token);
  }

  private static int status(TestDoor door, String path, String token) {
    try {
      return door.getAs(token, path).statusCode();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static boolean connects(String host, int port) {
    try (Socket socket = new Socket(host, port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
