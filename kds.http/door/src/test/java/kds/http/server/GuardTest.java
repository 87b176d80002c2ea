package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bans, and whom they must not hit. */
final class GuardTest {
  private static final KeyPair KEY = Jwt.pair("RSA 2048");
  private static final KeyPair STRANGER = Jwt.pair("RSA 2048");
  private static final String GOOD = Jwt.token("RS256", KEY.getPrivate(), Jwt.claims());
  private static final String BAD = Jwt.token("RS256", STRANGER.getPrivate(), Jwt.claims());
  private static final String OLD = Jwt.token("RS256", KEY.getPrivate(), Jwt.claims("exp", 1));

  @TempDir Path folder;

  private TestDoor open(Object... config) throws Exception {
    List<Object> all = new ArrayList<>(List.of("ssl", false, "brute_force_ban", "1h"));
    all.addAll(List.of(config));
    return TestDoor.open(folder, Jwt.pem(KEY.getPublic()), all.toArray());
  }

  @Test
  void fiveBadTokensBanBadAndMissingOnesButNoValidOne() throws Exception {
    try (TestDoor door = open()) {
      for (int i = 0; i < 5; i++) {
        assertThat(door.getAs(BAD, "/x").statusCode()).isEqualTo(401);
      }
      HttpResponse<String> bad = door.getAs(BAD, "/x");
      assertThat(bad.statusCode()).isEqualTo(429);
      assertThat(bad.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(3500L, 3600L);
      assertThat(bad.body()).contains("too-many-bad-tokens");
      assertThat(door.get("/x").statusCode()).isEqualTo(429);
      assertThat(door.getAs("rubbish", "/x").statusCode()).isEqualTo(429);
      for (int i = 0; i < 10; i++) {
        String fresh = Jwt.token("RS256", KEY.getPrivate(), Jwt.claims("jti", "n" + i));
        assertThat(door.getAs(fresh, "/x").statusCode()).as("never seen before").isEqualTo(200);
        assertThat(door.getAs(fresh, "/x").statusCode()).as("seen before").isEqualTo(200);
      }
      assertThat(door.getAs(OLD, "/x").statusCode()).as("genuine, expired").isEqualTo(401);
      assertThat(door.log()).contains("5 bad tokens from 127.0.0.1");
      assertThat(door.log().split("5 bad tokens", -1)).hasSize(2);
    }
  }

  @Test
  void aValidTokenIsServedWhileOthersFloodFromItsAddress() throws Exception {
    try (TestDoor door = open();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> flood = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        flood.add(threads.submit(request(door, BAD)));
      }
      List<Future<Integer>> honest = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        String fresh = Jwt.token("RS256", KEY.getPrivate(), Jwt.claims("jti", "h" + i));
        honest.add(threads.submit(request(door, fresh)));
      }
      for (Future<Integer> one : honest) {
        assertThat(one.get()).isEqualTo(200);
      }
      int banned = 0;
      for (Future<Integer> one : flood) {
        assertThat(one.get()).isIn(401, 429);
        banned += one.get() == 429 ? 1 : 0;
      }
      assertThat(banned).isGreaterThan(300);
    }
  }

  private static Callable<Integer> request(TestDoor door, String token) {
    return () -> door.getAs(token, "/x").statusCode();
  }

  @Test
  void genuineTokensThatAreLateDoNotBan() throws Exception {
    try (TestDoor door = open()) {
      for (int i = 0; i < 20; i++) {
        assertThat(door.getAs(OLD, "/x").statusCode()).isEqualTo(401);
        assertThat(door.get("/x").statusCode()).as("no token is no attempt").isEqualTo(401);
      }
    }
  }

  @Test
  void bansCanBeSwitchedOff() throws Exception {
    try (TestDoor door = open("brute_force_attempts", 0)) {
      for (int i = 0; i < 50; i++) {
        assertThat(door.getAs(BAD, "/x").statusCode()).isEqualTo(401);
      }
      door.modify("brute_force_attempts", 2);
      door.getAs(BAD, "/x");
      door.getAs(BAD, "/x");
      assertThat(door.getAs(BAD, "/x").statusCode()).isEqualTo(429);
      door.modify("brute_force_attempts", 0);
      assertThat(door.getAs(BAD, "/x").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aForwardedAddressCountsFromAConfiguredProxyOnly() throws Exception {
    try (TestDoor door = open()) {
      assertThat(door.getAs(GOOD, "/x").body()).contains("address=127.0.0.1,");
      assertThat(forwarded(door, GOOD, "203.0.113.9").body()).contains("address=127.0.0.1,");
      door.modify("proxies", new String[] {"127.0.0.0/8", "10.0.0.0/8"});
      assertThat(forwarded(door, GOOD, "203.0.113.9").body()).contains("address=203.0.113.9,");
      assertThat(forwarded(door, GOOD, "1.1.1.1, 203.0.113.9, 10.1.2.3").body())
          .as("what the client wrote stands to the left")
          .contains("address=203.0.113.9,");
      for (int i = 0; i < 5; i++) {
        forwarded(door, BAD, "203.0.113." + 9);
      }
      assertThat(forwarded(door, BAD, "203.0.113.9").statusCode()).isEqualTo(429);
      assertThat(forwarded(door, BAD, "203.0.113.9, 203.0.113.10").statusCode()).isEqualTo(401);
    }
  }

  private static HttpResponse<String> forwarded(TestDoor door, String token, String by)
      throws Exception {
    return door.get("/x", "Authorization", "Bearer " + token, "X-Forwarded-For", by);
  }

  @Test
  void aTokenWithoutScopesGetsSomeFromKasmsAddressOnly() throws Exception {
    String none = Jwt.token("RS256", KEY.getPrivate(), Jwt.claims("scope", null));
    String empty = Jwt.token("RS256", KEY.getPrivate(), Jwt.claims("scope", ""));
    try (TestDoor door = open()) {
      assertThat(door.getAs(none, "/need/files:read").statusCode()).isEqualTo(403);
      door.modify("kasm_addresses", new String[] {"127.0.0.1/32"});
      assertThat(door.getAs(none, "/need/files:read").statusCode()).isEqualTo(200);
      assertThat(door.getAs(none, "/need/session").statusCode()).isEqualTo(403);
      assertThat(door.getAs(empty, "/need/files:read").statusCode()).isEqualTo(403);
      door.modify("kasm_addresses", new String[] {"192.0.2.0/24"});
      assertThat(door.getAs(none, "/need/files:read").statusCode()).isEqualTo(403);
    }
  }

  @Test
  void claimsCanHaveOtherNames() throws Exception {
    String token =
        Jwt.token(
            "RS256",
            KEY.getPrivate(),
            Jwt.claims(
                "user_id", "u7", "os_user", "grace", "scope", null, "scp", List.of("health")));
    try (TestDoor door =
        open("claims_subject", "user_id", "claims_username", "os_user", "claims_scope", "scp")) {
      assertThat(door.getAs(token, "/need/health").body())
          .contains("subject=u7", "username=grace", "scopes=[health]");
    }
  }

  @Test
  void tenThousandBadTokensFromAsManyAddressesLeaveLittleBehind() throws Exception {
    try (TestDoor door = open("proxies", new String[] {"127.0.0.1"})) {
      flood(door, 0, 500);
      door.forgetLogs();
      long before = used();
      flood(door, 500, 10_500);
      door.forgetLogs();
      long kept = used() - before;
      assertThat(kept).as("bytes kept for 10000 addresses").isLessThan(8L << 20);
    }
  }

  private static void flood(TestDoor door, int from, int to) throws Exception {
    String head = BAD.substring(0, BAD.length() - 8);
    for (int i = from; i < to; i++) {
      String address = "198." + (18 + i / 65536) + '.' + (i / 256 % 256) + '.' + i % 256;
      assertThat(
              forwarded(
                      door,
                      head + "%08d".formatted(i).replace('9', 'A').replaceFirst(".$", "A"),
                      address)
                  .statusCode())
          .isEqualTo(401);
    }
  }

  private static long used() {
    System.gc();
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
