package kds.http.guard;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A range of addresses in CIDR notation, or one address.
 *
 * @param base its first address, 4 or 16 bytes
 * @param bits how many leading bits make the range
 */
public record Network(byte[] base, int bits) {
  private static final int IPV6_CLIENT_BITS = 64;
  private static final ByteBuffer THIS_MACHINE = ByteBuffer.allocate(0);

  /**
   * Reads one, as {@code 10.0.0.0/8}, {@code fd00::/8} or {@code 192.0.2.7}.
   *
   * @throws IllegalArgumentException when it is none; asks no name server
   */
  public static Network of(String text) {
    int slash = text.indexOf('/');
    try {
      byte[] base =
          InetAddress.ofLiteral((slash < 0 ? text : text.substring(0, slash)).strip()).getAddress();
      int bits = slash < 0 ? base.length * 8 : Integer.parseInt(text.substring(slash + 1).strip());
      if (bits < 0 || bits > base.length * 8) {
        throw new IllegalArgumentException("prefix length");
      }
      return new Network(masked(base, bits), bits);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not an address or a range. Write it like 10.0.0.0/8 or 192.0.2.7.", e);
    }
  }

  /** Whether an address is within any of these. */
  public static boolean anyContains(List<Network> networks, InetAddress address) {
    return networks.stream().anyMatch(n -> n.contains(address));
  }

  /**
   * What stands for whoever is at an address, to be counted by: a client of IPv6 owns a whole /64,
   * and a user of this machine all that lead back to it.
   */
  public static ByteBuffer client(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return THIS_MACHINE;
    }
    byte[] bytes = address.getAddress();
    return ByteBuffer.wrap(
        address instanceof Inet6Address ? masked(bytes, IPV6_CLIENT_BITS) : bytes);
  }

  boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == base.length && Arrays.equals(masked(bytes, bits), base);
  }

  /** The address with all but its first bits cleared. */
  static byte[] masked(byte[] address, int bits) {
    byte[] masked = address.clone();
    for (int i = 0; i < masked.length; i++) {
      int keep = Math.clamp(bits - i * 8L, 0, 8);
      masked[i] &= (byte) (0xFF << (8 - keep));
    }
    return masked;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Network n && bits == n.bits && Arrays.equals(base, n.base);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(base) + bits;
  }

  @Override
  public String toString() {
    return "Network[" + Arrays.toString(base) + "/" + bits + ']';
  }
}
