package kds.http.guard;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Finds the client behind proxies. */
public final class Forwarded {
  private Forwarded() {}

  /**
   * The client's address. {@code X-Forwarded-For} counts only where the connection comes from a
   * configured proxy, and is read from the right: what a client wrote into it stands to the left of
   * what the proxies added.
   *
   * @param connection the address at the other end of the connection
   * @param headers the values of every {@code X-Forwarded-For} header, in order
   * @param proxies the configured proxies
   */
  public static InetAddress client(
      InetAddress connection, List<String> headers, List<Network> proxies) {
    InetAddress client = connection;
    List<String> hops = new ArrayList<>();
    headers.forEach(h -> hops.addAll(List.of(h.split(","))));
    for (int i = hops.size() - 1; i >= 0 && Network.anyContains(proxies, client); i--) {
      try {
        client = InetAddress.ofLiteral(bare(hops.get(i).strip()));
      } catch (IllegalArgumentException e) {
        return client;
      }
    }
    return client;
  }

  /** Without the port that some proxies add. */
  private static String bare(String hop) {
    if (hop.startsWith("[") && hop.indexOf(']') > 0) {
      return hop.substring(1, hop.indexOf(']'));
    }
    int colon = hop.indexOf(':');
    return colon > 0 && colon == hop.lastIndexOf(':') ? hop.substring(0, colon) : hop;
  }
}
