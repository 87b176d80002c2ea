package kds.http.tls;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** Subject alternative names, as {@code dns:name} and {@code ip:address}. */
  static List<String> ofThisMachine() throws SocketException {
    Set<String> names = new LinkedHashSet<>();
    String name = canonical();
    names.add("dns:" + name);
    int dot = name.indexOf('.');
    if (dot > 0) {
      names.add("dns:" + name.substring(0, dot));
    }
    names.add("dns:" + LOCAL);
    names.add("ip:127.0.0.1");
    names.add("ip:0:0:0:0:0:0:0:1");
    for (InetAddress address : addresses()) {
      names.add("ip:" + text(address));
    }
    return List.copyOf(names);
  }

  /** Addresses that others can reach: those of one link only (fe80::) are left out. */
  private static List<InetAddress> addresses() throws SocketException {
    List<InetAddress> addresses = new ArrayList<>();
    for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
      if (device.isUp()) {
        device
            .inetAddresses()
            .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
            .forEach(addresses::add);
      }
    }
    return addresses.subList(0, Math.min(addresses.size(), MOST_ADDRESSES));
  }

  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    int zone = text.indexOf('%');
    return address instanceof Inet4Address || zone < 0 ? text : text.substring(0, zone);
  }
}
