package kds.http.guard;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Whatever a header says: an address comes out, and a stranger's header changes nothing. */
public final class ForwardedFuzz {
  private static final List<Network> PROXIES =
      List.of(Network.of("10.0.0.0/8"), Network.of("fd00::/8"));

  private ForwardedFuzz() {}

  /** The input is one header to a line. */
  public static void fuzzerTestOneInput(byte[] input) {
    List<String> headers = new String(input, StandardCharsets.ISO_8859_1).lines().toList();
    InetAddress stranger = InetAddress.ofLiteral("192.0.2.1");
    if (!Forwarded.client(stranger, headers, PROXIES).equals(stranger)) {
      throw new AssertionError("A stranger was believed: " + headers);
    }
    Forwarded.client(InetAddress.ofLiteral("10.0.0.1"), headers, PROXIES);
    try {
      Network network = Network.of(headers.isEmpty() ? "" : headers.getFirst());
      Network.anyContains(List.of(network), stranger);
    } catch (IllegalArgumentException e) {
      // Said so.
    }
  }
}
