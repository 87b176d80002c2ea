package kds.core.host;

import java.nio.file.Path;
import java.util.List;
import kds.api.host.HostException;
import kds.api.host.HostFolder;
import kds.api.host.HostUser;

/** A service that runs as an ordinary user: what it may, one line each. */
final class UnprivilegedService {
  private UnprivilegedService() {}

  /** No arguments. */
  public static void main(String[] arguments) throws Exception {
    try (Host host = new Host();
        HostFolder own = host.files.enterHome(host.users.self(), "Downloads", true)) {
      Host.write(own, "mine", "content");
      say("own: " + Host.read(own, "mine"));
      say("listed: " + own.list("", 10).entries().getFirst().owner());
      HostUser other = new HostUser("o", 54321, 54321, List.of(), Path.of("/tmp"), "");
      say("other: " + refusal(host, other));
      say("root: " + refusal(host, host.users.byName("root").orElseThrow()));
    }
  }

  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes();
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }

  private static String refusal(Host host, HostUser user) {
    try {
      host.files.enterHome(user, "Downloads", false).close();
      return "entered";
    } catch (HostException e) {
      return e.reason().name();
    }
  }
}
