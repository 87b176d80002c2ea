package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A desktop as people have it: a real RDP client, xrdp, a real account, XFCE. */
@OnDebian
class DesktopSystemIT {
  private static final Path PICTURES = DebianMachine.TARGET.resolve("pictures");

  private static DebianUser alice;
  private static RdpLogin login;

  @BeforeAll
  static void logIn(DebianMachine machine) throws Exception {
    alice = machine.addUser("alice");
    login = machine.logInByRdp(alice);
  }

  @AfterAll
  static void logOut() {
    if (login != null) {
      login.close();
    }
  }

  @Test
  void showsTheSameDesktopToTheSessionAndToThePerson() throws Exception {
    Files.createDirectories(PICTURES);
    BufferedImage session = read(login.screenshot(PICTURES.resolve("session.png")));
    BufferedImage client = read(login.clientScreenshot(PICTURES.resolve("client.png")));
    assertThat(session.getWidth()).isEqualTo(1280);
    assertThat(session.getHeight()).isEqualTo(800);
    assertThat(colours(session)).as("a blank screen has one").isGreaterThan(500);
    assertThat(colours(client)).as("a blank screen has one").isGreaterThan(500);
  }

  @Test
  void isFoundByTheOwnerOfItsSocket(DebianMachine machine) throws Exception {
    String socket = "/tmp/.X11-unix/X" + login.display();
    assertThat(machine.succeed("stat", "-c", "%U %F", socket)).isEqualTo("alice socket");
    assertThat(machine.succeed("stat", "-c", "%a", alice.home() + "/.Xauthority")).isEqualTo("600");
    assertThat(machine.succeed("pgrep", "-au", "alice", "Xorg"))
        .contains(":" + login.display() + " ")
        .contains("-auth .Xauthority");
  }

  @Test
  void isASessionOfLogind(DebianMachine machine) throws Exception {
    String session = machine.succeed("loginctl", "show-user", "alice", "--value", "-p", "Display");
    String facts =
        machine.succeed(
            "loginctl", "show-session", session, "-p", "Display", "-p", "Type", "-p", "Service");
    assertThat(facts.lines())
        .contains("Display=:" + login.display(), "Type=x11", "Service=xrdp-sesman");
  }

  @Test
  void hasNoXauthorityInItsEnvironmentAndABusOfItsOwn(DebianMachine machine) throws Exception {
    String session = machine.succeed("pgrep", "-u", "alice", "-x", "xfce4-session");
    String environment =
        machine.succeed("sh", "-c", "tr '\\0' '\\n' < /proc/" + session + "/environ");
    assertThat(environment.lines())
        .contains("DISPLAY=:" + login.display() + ".0")
        .noneMatch(line -> line.startsWith("XAUTHORITY="))
        .anyMatch(line -> line.startsWith("DBUS_SESSION_BUS_ADDRESS=unix:path=/tmp/dbus-"));
  }

  @Test
  void outlivesItsClientAndIsThereForTheNext(DebianMachine machine) throws Exception {
    DebianUser bob = machine.addUser("bob");
    String session;
    int display;
    try (RdpLogin first = machine.logInByRdp(bob)) {
      display = first.display();
      assertThat(display).isNotEqualTo(login.display());
      session = machine.succeed("pgrep", "-u", "bob", "-x", "xfce4-session");
    }
    try (RdpLogin second = machine.logInByRdp(bob)) {
      assertThat(second.display()).isEqualTo(display);
      assertThat(machine.succeed("pgrep", "-u", "bob", "-x", "xfce4-session")).isEqualTo(session);
    }
  }

  @Test
  void refusesAWrongPassword(DebianMachine machine) throws Exception {
    DebianUser dave = machine.addUser("dave");
    assertThatThrownBy(() -> machine.logInByRdp(new DebianUser("dave", dave.uid(), "wrong")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("refused the log-in of dave");
  }

  @Test
  void isThereInSeconds(DebianMachine machine) throws Exception {
    DebianUser carol = machine.addUser("carol");
    Instant start = Instant.now();
    try (RdpLogin _ = machine.logInByRdp(carol)) {
      assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(40));
    }
  }

  private static BufferedImage read(Path png) throws Exception {
    return ImageIO.read(png.toFile());
  }

  private static int colours(BufferedImage image) {
    Set<Integer> seen = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        seen.add(image.getRGB(x, y));
      }
    }
    return seen.size();
  }
}
