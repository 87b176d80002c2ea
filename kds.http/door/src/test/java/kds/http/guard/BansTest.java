package kds.http.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BansTest {
  private static final Bans.Rules RULES =
      new Bans.Rules(5, Duration.ofSeconds(60), Duration.ofSeconds(10));
  private long nanos = 1;
  private final Bans bans = new Bans(() -> nanos);

  @Test
  void aBanBeginsWithTheFifthFailureAndEnds() {
    InetAddress one = address("192.0.2.1");
    fail(one, 4);
    assertThat(bans.left(one, RULES)).isZero();
    fail(one, 1);
    assertThat(bans.left(one, RULES)).isEqualTo(Duration.ofSeconds(10));
    pass(Duration.ofSeconds(9));
    fail(one, 20);
    assertThat(bans.left(one, RULES)).as("failures do not lengthen it").hasSeconds(1);
    assertThat(bans.left(address("192.0.2.2"), RULES)).isZero();
    pass(Duration.ofSeconds(1));
    assertThat(bans.left(one, RULES)).isZero();
    fail(one, 4);
    assertThat(bans.left(one, RULES)).as("counts from the start").isZero();
  }

  @Test
  void failuresOfLongAgoDoNotCount() {
    InetAddress one = address("192.0.2.1");
    fail(one, 4);
    pass(Duration.ofSeconds(61));
    fail(one, 4);
    assertThat(bans.left(one, RULES)).isZero();
  }

  @Test
  void anIpv6ClientIsItsSlash64() {
    for (int i = 0; i < 5; i++) {
      bans.failed(address("2001:db8:1:2::" + i), RULES);
    }
    assertThat(bans.left(address("2001:db8:1:2:ffff::9"), RULES)).isPositive();
    assertThat(bans.left(address("2001:db8:1:3::1"), RULES)).isZero();
  }

  @Test
  void itsMemoryIsBounded() {
    for (int i = 0; i < 3 * Bans.MOST_ADDRESSES; i++) {
      bans.failed(address("10." + i / 65536 + '.' + i / 256 % 256 + '.' + i % 256), RULES);
    }
    assertThat(bans.size()).isEqualTo(Bans.MOST_ADDRESSES);
  }

  @Test
  void zeroAttemptsMeansNever() {
    Bans.Rules off = new Bans.Rules(0, Duration.ofSeconds(60), Duration.ofSeconds(10));
    for (int i = 0; i < 100; i++) {
      bans.failed(address("192.0.2.1"), off);
    }
    assertThat(bans.left(address("192.0.2.1"), off)).isZero();
    assertThat(bans.size()).isZero();
  }

  @Test
  void networksHoldWhatTheySay() {
    assertThat(Network.of("10.0.0.0/8").contains(address("10.255.0.1"))).isTrue();
    assertThat(Network.of("10.1.2.3/8").contains(address("10.255.0.1"))).isTrue();
    assertThat(Network.of("10.0.0.0/8").contains(address("11.0.0.1"))).isFalse();
    assertThat(Network.of("192.0.2.128/25").contains(address("192.0.2.127"))).isFalse();
    assertThat(Network.of("0.0.0.0/0").contains(address("192.0.2.127"))).isTrue();
    assertThat(Network.of("0.0.0.0/0").contains(address("::1"))).isFalse();
    assertThat(Network.of("fd00::/8").contains(address("fdff::1"))).isTrue();
    assertThat(Network.of("192.0.2.7").contains(address("192.0.2.7"))).isTrue();
    assertThat(Network.of("192.0.2.7").contains(address("192.0.2.8"))).isFalse();
    for (String bad :
        List.of("", "host", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "1.2.3.4.5")) {
      assertThatThrownBy(() -> Network.of(bad)).hasMessageContaining("Write it like 10.0.0.0/8");
    }
  }

  @Test
  void theClientIsTheRightmostAddressThatIsNoProxy() {
    List<Network> proxies = List.of(Network.of("10.0.0.0/8"));
    assertClient("192.0.2.1", "203.0.113.9", "192.0.2.1", proxies);
    assertClient("10.0.0.1", "203.0.113.9", "203.0.113.9", proxies);
    assertClient("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9", proxies);
    assertClient("10.0.0.1", "203.0.113.9:4711", "203.0.113.9", proxies);
    assertClient("10.0.0.1", "[2001:db8::1]:4711", "2001:db8:0:0:0:0:0:1", proxies);
    assertClient("10.0.0.1", "2001:db8::1", "2001:db8:0:0:0:0:0:1", proxies);
    assertClient("10.0.0.1", "1.1.1.1, unknown", "10.0.0.1", proxies);
    assertClient("10.0.0.1", "evil.example", "10.0.0.1", proxies);
    assertClient("10.0.0.1", "", "10.0.0.1", proxies);
    assertClient("10.0.0.1", "10.0.0.3", "10.0.0.3", proxies);
    assertClient("10.0.0.1", "1.1.1.1", "10.0.0.1", List.of());
  }

  private static void assertClient(
      String connection, String header, String client, List<Network> proxies) {
    assertThat(Forwarded.client(address(connection), List.of(header), proxies).getHostAddress())
        .as(header)
        .isEqualTo(client);
  }

  private void fail(InetAddress address, int times) {
    for (int i = 0; i < times; i++) {
      bans.failed(address, RULES);
    }
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }
}
