package kds.core.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import kds.api.host.HostException;
import kds.api.host.TrustedFiles;

/**
 * The file on disk. Read only where it can be trusted; written so that a crash leaves the old or
 * the new one whole, and that an administrator who saves at the same moment loses nothing.
 *
 * <p>Thread-safe.
 */
final class ConfigFile {
  private static final int MOST_ROUNDS = 20;

  /** How long an editor that has the old file open may pause while he writes into it. */
  private static final Duration GRACE = Duration.ofMillis(100);

  private static final int MOST_LOOKS = 50;

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(
          EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

  private final Path path;
  private final TrustedFiles trusted;
  private final Swap swap;
  private final Duration grace;
  private final ReentrantLock writing = new ReentrantLock();

  ConfigFile(Path path, TrustedFiles trusted) {
    this(path, trusted, Exchange::of);
  }

  ConfigFile(Path path, TrustedFiles trusted, Swap swap) {
    this(path, trusted, swap, GRACE);
  }

  ConfigFile(Path path, TrustedFiles trusted, Swap swap, Duration grace) {
    this.path = path;
    this.trusted = trusted;
    this.swap = swap;
    this.grace = grace;
  }

  /** Lets two files swap names in one step; false when the file system cannot. */
  interface Swap {
    boolean swap(Path a, Path b) throws IOException;
  }

  Path path() {
    return path;
  }

  /** The bytes of the file. */
  byte[] read() throws BadConfigException {
    try {
      return trusted.read(path, Document.MOST_BYTES);
    } catch (HostException e) {
      throw switch (e.reason()) {
        case NOT_FOUND ->
            flaw(
                "There is no such file.",
                "Create it, for example with the one line 'port: 4902', owned by root with mode"
                    + " 0600; it is picked up at once.");
        case TOO_LARGE ->
            flaw(
                "The file is longer than " + Document.MOST_BYTES + " bytes.",
                "Put the right file in its place.");
        default -> flaw(String.valueOf(e.getMessage()), "It is then picked up at once.");
      };
    }
  }

  /**
   * Sets these keys in the file.
   *
   * @param values keys of one or two levels, joined by a dot, and their values
   */
  void write(Map<String, Object> values) throws IOException, BadConfigException {
    writing.lock();
    try {
      exchange(values);
    } finally {
      writing.unlock();
    }
  }

  private void exchange(Map<String, Object> values) throws IOException, BadConfigException {
    byte[] base = read();
    byte[] wanted = edit(base, values);
    if (Arrays.equals(base, wanted)) {
      return;
    }
    Path real = path.toRealPath();
    Path other = Files.createTempFile(real.resolveSibling(""), ".config", ".new", OWNER_ONLY);
    try {
      byte[] expected = base;
      for (int round = 0; round < MOST_ROUNDS; round++) {
        store(other, wanted, real);
        if (!swap.swap(other, real)) {
          byte[] now = Files.readAllBytes(real);
          if (Arrays.equals(now, expected)) {
            Files.move(other, real, StandardCopyOption.ATOMIC_MOVE);
            sync(real.getParent());
            return;
          }
          expected = now;
          wanted = edit(now, values);
          continue;
        }
        sync(real.getParent());
        byte[] found = settled(other);
        if (Arrays.equals(found, expected)) {
          return;
        }
        // Somebody has saved meanwhile. His version is at hand: do it again, on his.
        expected = wanted;
        wanted = editOrGiveBack(found, values, other, real);
      }
      throw new IOException(path + " was changed " + MOST_ROUNDS + " times while writing it.");
    } finally {
      Files.deleteIfExists(other);
    }
  }

  /** What the old file holds once nobody writes into it any more: half of it may look whole. */
  private byte[] settled(Path other) throws IOException {
    byte[] found = Files.readAllBytes(other);
    for (int look = 0; look < MOST_LOOKS; look++) {
      try {
        Thread.sleep(grace);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return found;
      }
      byte[] now = Files.readAllBytes(other);
      if (Arrays.equals(now, found)) {
        break;
      }
      found = now;
    }
    return found;
  }

  private byte[] editOrGiveBack(byte[] found, Map<String, Object> values, Path other, Path real)
      throws IOException, BadConfigException {
    try {
      return edit(found, values);
    } catch (BadConfigException e) {
      swap.swap(other, real); // He is not done yet; his file is his.
      throw e;
    }
  }

  private static byte[] edit(byte[] base, Map<String, Object> values) throws BadConfigException {
    ConfigText read = ConfigText.of(base);
    String text = read.text();
    for (Map.Entry<String, Object> value : values.entrySet()) {
      text = TextEdit.set(text, List.of(value.getKey().split("\\.", 2)), value.getValue());
    }
    return new ConfigText(read.mark(), text).bytes();
  }

  /** Writes the bytes, and makes owner and mode like those of the model. */
  private static void store(Path file, byte[] bytes, Path model) throws IOException {
    Map<String, Object> like =
        Files.readAttributes(model, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      Map<String, Object> present = Files.readAttributes(file, "unix:uid,gid");
      if (!like.get("uid").equals(present.get("uid"))
          || !like.get("gid").equals(present.get("gid"))) {
        Files.setAttribute(file, "unix:uid", like.get("uid"));
        Files.setAttribute(file, "unix:gid", like.get("gid"));
      }
      Files.setAttribute(file, "unix:mode", (Integer) like.get("mode") & 07777);
      channel.force(true);
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static BadConfigException flaw(String what, String remedy) {
    return new BadConfigException(Spot.FILE, "", what, remedy);
  }
}
