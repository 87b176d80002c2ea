package kds.http.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** By what names and addresses this machine is called. Asks no name server. */
final class HostNames {
  private static final Path KERNEL_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final Pattern DNS_NAME =
      Pattern.compile("(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*");
  private static final String LOCAL = "localhost";
  private static final int LONGEST_COMMON_NAME = 64;
  private static final int MOST_ADDRESSES = 64;

  private HostNames() {}

  /** The machine's name, or {@code localhost} where it has none that DNS would take. */
  static String canonical() {
    try {
      String name = Files.readString(KERNEL_NAME).strip();
      boolean fit = name.length() <= LONGEST_COMMON_NAME && DNS_NAME.matcher(name).matches();
      return fit ? name : LOCAL;
    } catch (IOException e) {
      return LOCAL;
    }
  }

  /** The names it goes by, for a certificate. */
  static List<String> dnsNames() {
    Set<String> names = new LinkedHashSet<>();
    String name = canonical();
    names.add(name);
    int dot = name.indexOf('.');
    if (dot > 0) {
      names.add(name.substring(0, dot));
    }
    names.add(LOCAL);
    return List.copyOf(names);
  }

  /** Its addresses: loopback, and those that others can reach. Those of one link are left out. */
  static List<InetAddress> addresses() throws SocketException {
    Set<InetAddress> addresses = new LinkedHashSet<>();
    addresses.add(InetAddress.ofLiteral("127.0.0.1"));
    addresses.add(InetAddress.ofLiteral("::1"));
    for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
      if (device.isUp()) {
        device
            .inetAddresses()
            .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
            .limit(MOST_ADDRESSES)
            .forEach(addresses::add);
      }
    }
    return List.copyOf(addresses).subList(0, Math.min(addresses.size(), MOST_ADDRESSES));
  }
}
