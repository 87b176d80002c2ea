package kds.run.it;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/** A window on the screen of somebody who is logged in. */
record DesktopWindow(DebianMachine machine, RdpLogin login, String id) {
  private static final Duration DRAWING = Duration.ofSeconds(10);
  private static final Pattern SETTING = Pattern.compile("^(\\w+)=(-?\\d+)$", Pattern.MULTILINE);

  /** Waits for one of this class. */
  static DesktopWindow await(DebianMachine machine, RdpLogin login, String windowClass)
      throws IOException, InterruptedException {
    String[] search = {"xdotool", "search", "--sync", "--onlyvisible", "--class", windowClass};
    String found = machine.succeed(login.onDisplay(search));
    return new DesktopWindow(machine, login, found.lines().findFirst().orElseThrow());
  }

  Rectangle place() throws IOException, InterruptedException {
    String told = machine.succeed(login.onDisplay("xdotool", "getwindowgeometry", "--shell", id));
    Map<String, Integer> values =
        SETTING
            .matcher(told)
            .results()
            .collect(Collectors.toMap(m -> m.group(1), m -> Integer.valueOf(m.group(2))));
    return new Rectangle(
        values.get("X"), values.get("Y"), values.get("WIDTH"), values.get("HEIGHT"));
  }

  /**
   * How much of its place looks different while it is not there: 0 to 1. It is hidden for a moment.
   *
   * @param with where the picture of the screen with the window goes
   * @param without where the one without it goes
   */
  double visible(Path with, Path without) throws IOException, InterruptedException {
    Rectangle place = place();
    BufferedImage there = ImageIO.read(login.screenshot(with).toFile());
    machine.succeed(login.onDisplay("xdotool", "windowunmap", "--sync", id));
    // Nothing tells when what was behind it has been drawn.
    Instant end = Instant.now().plus(DRAWING);
    double different = 0;
    while (different < 0.5 && Instant.now().isBefore(end)) {
      BufferedImage gone = ImageIO.read(login.screenshot(without).toFile());
      different = difference(place, there, gone);
    }
    machine.succeed(login.onDisplay("xdotool", "windowmap", "--sync", id));
    return different;
  }

  private static double difference(Rectangle place, BufferedImage one, BufferedImage other) {
    Rectangle seen = place.intersection(new Rectangle(one.getWidth(), one.getHeight()));
    long different = 0;
    for (int y = seen.y; y < seen.y + seen.height; y++) {
      for (int x = seen.x; x < seen.x + seen.width; x++) {
        different += one.getRGB(x, y) == other.getRGB(x, y) ? 0 : 1;
      }
    }
    return (double) different / ((long) place.width * place.height);
  }
}
