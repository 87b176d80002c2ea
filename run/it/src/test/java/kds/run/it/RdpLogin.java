package kds.run.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;

/**
 * A person who logged in by RDP: a real client (FreeRDP on a screen of its own) to the machine's
 * xrdp. Closing it ends the client only; the session lives on, as it does for a person who closes
 * the window.
 */
final class RdpLogin implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final DebianMachine machine;
  private final DebianUser user;
  private final int display;
  private final int clientDisplay;
  private final Running client;
  private final Running clientScreen;

  private RdpLogin(
      DebianMachine machine,
      DebianUser user,
      int display,
      int clientDisplay,
      Running client,
      Running clientScreen) {
    this.machine = machine;
    this.user = user;
    this.display = display;
    this.clientDisplay = clientDisplay;
    this.client = client;
    this.clientScreen = clientScreen;
  }

  static RdpLogin to(DebianMachine machine, DebianUser user)
      throws IOException, InterruptedException {
    machine.awaitXrdp();
    Running screen =
        machine.start(
            "Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-ac");
    Running client = null;
    try {
      int clientDisplay = Integer.parseInt(screen.await("^\\d+$", LIMIT).group());
      try (Running xrdp = machine.journal("-o", "short", "-t", "xrdp")) {
        client = connect(machine, user, clientDisplay);
        int display = awaitDisplay(user, xrdp);
        RdpLogin login = new RdpLogin(machine, user, display, clientDisplay, client, screen);
        login.awaitDesktop();
        return login;
      }
    } catch (AssertionError | IOException | InterruptedException e) {
      if (client != null) {
        client.close();
      }
      screen.close();
      throw e;
    }
  }

  private static Running connect(DebianMachine machine, DebianUser user, int screen)
      throws IOException {
    Running client =
        machine.start(
            "env",
            "DISPLAY=:" + screen,
            "xfreerdp",
            "/v:localhost",
            "/u:" + user.name(),
            "/from-stdin:force",
            "/cert:ignore",
            "/size:1280x800",
            "/bpp:24");
    client.say(user.password());
    return client;
  }

  /** The display that xrdp says it gave, fresh or found again, once its X server answers. */
  private static int awaitDisplay(DebianUser user, Running xrdp) throws InterruptedException {
    String about = "xrdp\\[(\\d+)\\]: .* login (successful|failed) for user " + user.name();
    Matcher said = xrdp.await(about + "( on display (\\d+))?$", LIMIT);
    if (said.group(4) == null) {
      throw new AssertionError("xrdp refused the log-in of " + user.name() + ": " + said.group());
    }
    xrdp.await("xrdp\\[" + said.group(1) + "\\]: .*connected ok", LIMIT);
    return Integer.parseInt(said.group(4));
  }

  /** The desktop is there once xfdesktop has drawn its picture and both panels have windows. */
  private void awaitDesktop() throws IOException, InterruptedException {
    awaitOfRootWindow("^_XROOTPMAP_ID");
    awaitOfRootWindow("^_NET_CLIENT_LIST\\((.*0x[0-9a-f]+){3}");
  }

  /** xprop prints what there is, then each change as it happens. */
  private void awaitOfRootWindow(String property) throws IOException, InterruptedException {
    try (Running properties = machine.start(onDisplay("xprop", "-root", "-spy"))) {
      properties.await(property, LIMIT);
    }
  }

  /** The words of a command as the user in his session, for {@code run} and {@code start}. */
  String[] onDisplay(String... command) {
    String[] words = new String[command.length + 3];
    words[0] = "env";
    words[1] = "DISPLAY=:" + display;
    words[2] = "XAUTHORITY=" + user.home() + "/.Xauthority";
    System.arraycopy(command, 0, words, 3, command.length);
    return DebianMachine.as(user, words);
  }

  int display() {
    return display;
  }

  /** A PNG of the session's own screen, taken inside of the session. */
  Path screenshot(Path png) throws IOException, InterruptedException {
    return Files.write(png, machine.run(onDisplay("maim")).succeeded().bytes());
  }

  /** A PNG of what the person sees: the client's window. */
  Path clientScreenshot(Path png) throws IOException, InterruptedException {
    Outcome shot = machine.run("env", "DISPLAY=:" + clientDisplay, "maim");
    return Files.write(png, shot.succeeded().bytes());
  }

  @Override
  public void close() {
    client.close();
    clientScreen.close();
  }
}
