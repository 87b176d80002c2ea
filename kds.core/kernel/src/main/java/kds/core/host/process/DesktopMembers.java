package kds.core.host.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kds.api.host.HostUser;
import kds.core.host.linux.Descriptors;
import kds.core.host.linux.FileCalls;
import kds.core.host.linux.Flags;
import kds.core.host.linux.Syscalls;

/**
 * The processes of a user's desktop: his own ones that are in his log-in sessions, that serve one
 * of his displays or bear it in their environment, and their descendants. Displays stay known once
 * they were seen, so that programs are found whose X server has ended first.
 *
 * <p>What tells them may be written by the user himself (his locks, his environments). It can name
 * his own processes only: each is asked whose it is. Belongs to one thread.
 */
final class DesktopMembers {
  private static final Pattern SOCKET = Pattern.compile("X(\\d{1,5})");
  private static final Pattern LOCK = Pattern.compile("\\.X(\\d{1,5})-lock");
  private static final Pattern PROCESS = Pattern.compile("\\s*(\\d{1,9})\\s*");

  private static final int LOCK_BYTES = 16;

  private final long uid;
  private final Path temporary;

  // Once for all locks: he may have as many as there are numbers, and this is not on the heap.
  private final Syscalls os = new Syscalls();
  private final ByteBuffer lockBytes = ByteBuffer.allocateDirect(LOCK_BYTES);

  private final Set<String> displays = new TreeSet<>();
  private Set<Long> servers = Set.of();

  /**
   * For one user.
   *
   * @param temporary where X servers and session managers leave their sockets and locks
   */
  DesktopMembers(HostUser user, Path temporary) {
    this.uid = user.uid();
    this.temporary = temporary;
  }

  long uid() {
    return uid;
  }

  /** Those there are now. */
  Set<ProcessTable.Entry> now() throws IOException {
    ProcessTable table = ProcessTable.now();
    Set<Long> own =
        table.all().stream()
            .filter(entry -> entry.lives() && ProcessTable.belongsTo(entry.pid(), uid))
            .map(ProcessTable.Entry::pid)
            .collect(Collectors.toSet());
    findServers(own);
    Set<Long> first = new HashSet<>();
    for (long pid : own) {
      if (servers.contains(pid) || isInLogIn(pid) || bearsDisplay(pid)) {
        first.add(pid);
      }
    }
    return table.withDescendants(first).stream()
        .filter(entry -> own.contains(entry.pid()))
        .collect(Collectors.toSet());
  }

  /** Whether it is one of the X servers, as {@link #now} has found them. */
  boolean isServer(ProcessTable.Entry entry) {
    return servers.contains(entry.pid());
  }

  /** Whether it manages a session: its socket for clients is called by its number (XSMP). */
  boolean isManager(ProcessTable.Entry entry) {
    return isHis(temporary.resolve(".ICE-unix/" + entry.pid()));
  }

  /** Sockets and locks of the user's displays, whether somebody serves them or not. */
  Set<Path> traces() {
    Set<Path> traces = new TreeSet<>();
    for (String display : displays) {
      traces.add(temporary.resolve(".X" + display + "-lock"));
      traces.add(temporary.resolve(".X11-unix/X" + display));
    }
    traces.removeIf(each -> !isHis(each));
    return traces;
  }

  private void findServers(Set<Long> own) throws IOException {
    Set<Long> found = new HashSet<>();
    for (Path lock : files(temporary, LOCK)) {
      note(lock, LOCK);
      Matcher number = PROCESS.matcher(firstBytes(lock));
      if (number.matches() && own.contains(Long.parseLong(number.group(1)))) {
        found.add(Long.parseLong(number.group(1)));
      }
    }
    for (Path socket : files(temporary.resolve(".X11-unix"), SOCKET)) {
      note(socket, SOCKET);
    }
    servers = found;
  }

  private void note(Path file, Pattern name) {
    Matcher matcher = name.matcher(file.getFileName().toString());
    if (matcher.matches()) {
      displays.add(matcher.group(1));
    }
  }

  /** The user's files of such a name in a folder. */
  private Set<Path> files(Path folder, Pattern name) throws IOException {
    Set<Path> found = new HashSet<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
        for (Path file : all) {
          if (name.matcher(file.getFileName().toString()).matches() && isHis(file)) {
            found.add(file);
          }
        }
      }
    }
    return found;
  }

  /**
   * A lock holds ten digits and a line end. It lies where its owner may put a pipe or a link in its
   * place at any moment: neither may hold up who reads it.
   */
  private String firstBytes(Path lock) {
    byte[] path = lock.toString().getBytes(StandardCharsets.UTF_8);
    int fd = os.open(Flags.AT_FDCWD, path, Flags.READ, 0, 0);
    if (fd < 0) {
      return ""; // Its server has ended, or it is a link.
    }
    try {
      long length = FileCalls.read(fd, lockBytes.clear(), 0);
      return length <= 0
          ? ""
          : StandardCharsets.ISO_8859_1.decode(lockBytes.limit((int) length)).toString();
    } finally {
      Descriptors.close(fd);
    }
  }

  private boolean isHis(Path file) {
    try {
      int owner = (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      return Integer.toUnsignedLong(owner) == uid;
    } catch (IOException e) {
      return false;
    }
  }

  /** systemd puts all log-ins of a user into one slice. */
  private boolean isInLogIn(long pid) {
    String slice = "/user.slice/user-" + uid + ".slice/";
    return read(Path.of("/proc/" + pid + "/cgroup")).lines().anyMatch(line -> line.contains(slice));
  }

  private boolean bearsDisplay(long pid) {
    for (String variable : environment(pid).split("\0")) {
      if (variable.startsWith("DISPLAY=:")) {
        String number = variable.substring("DISPLAY=:".length()).replaceAll("\\..*", "");
        return displays.contains(number);
      }
    }
    return false;
  }

  /** That of a process whose first thread has ended is told by the others. */
  private static String environment(long pid) {
    String first = read(Path.of("/proc/" + pid + "/environ"));
    return first.isEmpty() ? ofOtherThreads(Path.of("/proc/" + pid + "/task")) : first;
  }

  private static String ofOtherThreads(Path threads) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(threads)) {
      for (Path thread : all) {
        String theirs = read(thread.resolve("environ"));
        if (!theirs.isEmpty()) {
          return theirs;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return ""; // It has ended.
    }
    return "";
  }

  private static String read(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // It has ended.
    }
  }
}
