package kds.core.display;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.net.ExtendedSocketOptions;
import kds.api.host.HostUser;
import org.jspecify.annotations.Nullable;

/**
 * Finds a user's desktop: a display whose socket is his and answers, his X authority, his session
 * bus. Blocks on the file system.
 *
 * @param sockets where X servers listen
 * @param runtimes the folder of the users' runtime folders
 */
record Desktops(Path sockets, Path runtimes, Path processes) {
  private static final Pattern SOCKET = Pattern.compile("X\\d{1,5}");
  private static final int S_IFMT = 0170000;
  private static final int S_IFSOCK = 0140000;

  static Desktops ofThisMachine() {
    return new Desktops(Path.of("/tmp/.X11-unix"), Path.of("/run/user"), Path.of("/proc"));
  }

  /** Where a change may mean that a desktop has come, beside his home; those that are there. */
  List<Path> folders(HostUser user) {
    Path runtime = runtimes.resolve(Long.toString(user.uid()));
    return List.of(Files.isDirectory(sockets) ? sockets : sockets.getParent(), runtimes, runtime);
  }

  /** The desktop, as the variables that a program on it needs; null while there is none. */
  @Nullable Desktop find(HostUser user) {
    Optional<String> display = display(user);
    if (display.isEmpty()) {
      return null;
    }
    Path authority = user.home().resolve(".Xauthority");
    if (!isOf(user, authority) || !Files.isRegularFile(authority, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    Path runtime = runtimes.resolve(Long.toString(user.uid()));
    Path bus = runtime.resolve("bus");
    if (isSocketOf(user, bus) && answers(user, bus)) {
      return new Desktop(
          display.get(), authority.toString(), runtime.toString(), "unix:path=" + bus);
    }
    return startedBus(user, display.get())
        .map(
            address ->
                new Desktop(display.get(), authority.toString(), runtime.toString(), address))
        .orElse(null);
  }

  private Optional<String> display(HostUser user) {
    Optional<Path> newest = Optional.empty();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(sockets)) {
      for (Path socket : all) {
        if (SOCKET.matcher(socket.getFileName().toString()).matches()
            && isSocketOf(user, socket)
            && (newest.isEmpty() || time(socket).compareTo(time(newest.get())) > 0)
            && answers(user, socket)) {
          newest = Optional.of(socket);
        }
      }
    } catch (IOException _) {
      return Optional.empty();
    }
    return newest.map(socket -> ":" + socket.getFileName().toString().substring(1));
  }

  /** The bus of a desktop that has brought its own (dbus-launch), told by its programs. */
  private Optional<String> startedBus(HostUser user, String display) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(processes, "[0-9]*")) {
      for (Path process : all) {
        if (isOf(user, process)) {
          String[] variables = variables(process);
          if (bears(variables, display)) {
            for (String variable : variables) {
              if (variable.startsWith("DBUS_SESSION_BUS_ADDRESS=unix:")) {
                return Optional.of(variable.substring(variable.indexOf('=') + 1));
              }
            }
          }
        }
      }
    } catch (IOException _) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** With or without the number of a screen: xrdp's sessions say {@code :10.0}. */
  private static boolean bears(String[] variables, String display) {
    String wanted = "DISPLAY=" + display;
    return Stream.of(variables).anyMatch(v -> v.equals(wanted) || v.startsWith(wanted + "."));
  }

  private static String[] variables(Path process) {
    try {
      byte[] all = Files.readAllBytes(process.resolve("environ"));
      return new String(all, StandardCharsets.UTF_8).split("\0");
    } catch (IOException _) {
      // It has ended.
      return new String[0];
    }
  }

  private static FileTime time(Path path) {
    try {
      return Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException _) {
      return FileTime.fromMillis(0);
    }
  }

  private static boolean isOf(HostUser user, Path path) {
    return user.uid() == uid(path);
  }

  /** Not a link of his: root would knock wherever it leads. */
  private static boolean isSocketOf(HostUser user, Path path) {
    try {
      int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      return (mode & S_IFMT) == S_IFSOCK && isOf(user, path);
    } catch (IOException _) {
      return false;
    }
  }

  private static long uid(Path path) {
    try {
      return Integer.toUnsignedLong(
          (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    } catch (IOException _) {
      return -1;
    }
  }

  /** Whether somebody listens there, and whether it is this user: a socket may be left over. */
  private static boolean answers(HostUser user, Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      String peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
      return peer.equals(user.name())
          || peer.equals(Long.toString(user.uid()))
          // systemd listens for a user's bus before the bus runs; its folder is the user's alone.
          || peer.equals("root");
    } catch (IOException _) {
      return false;
    }
  }

  /** What a program needs to be on a desktop. */
  record Desktop(String display, String authority, String runtime, String bus) {
    List<String> assignments() {
      return List.of(
          "DISPLAY=" + quoted(display),
          "XAUTHORITY=" + quoted(authority),
          "XDG_RUNTIME_DIR=" + quoted(runtime),
          "DBUS_SESSION_BUS_ADDRESS=" + quoted(bus));
    }

    private static String quoted(String value) {
      return "'" + value.replace("'", "'\\''") + "'";
    }
  }
}
