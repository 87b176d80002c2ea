package kds.core.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Puts a file in the place of another in one step. Thread-safe.
 *
 * @param watch is told of each step before it is taken
 */
public record Replacement(Watch watch) {
  /** As it is done where nobody wants to know. */
  public static final Replacement PLAIN = new Replacement(step -> {});

  /** What the name of a file ends with that is being written; one found at start is rubbish. */
  public static final String UNFINISHED = ".new";

  private static final String PREFIX = ".";
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** The steps, in their order. */
  public enum Step {
    CREATE,
    WRITE,
    SYNC,
    RENAME,
    SYNC_FOLDER
  }

  /** Is told of a step. */
  @FunctionalInterface
  public interface Watch {
    /** Any failure of it is one of the step. */
    void before(Step step) throws IOException;
  }

  /** Whether a file is one that a replacement left which never came to its end. */
  static boolean isRest(String name) {
    return name.startsWith(PREFIX) && name.endsWith(UNFINISHED);
  }

  /**
   * Replaces it, or makes it.
   *
   * @param durable whether content and name must be on the device when this returns
   */
  public void put(Path file, byte[] content, boolean durable) throws IOException {
    put(file, content, durable, true);
  }

  /**
   * The same.
   *
   * @param secret whether only the owner may read it, or everybody
   */
  public void put(Path file, byte[] content, boolean durable, boolean secret) throws IOException {
    Path fresh = file.resolveSibling(PREFIX + UUID.randomUUID() + UNFINISHED);
    try {
      write(fresh, content, durable);
      if (!secret) {
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
      }
      watch.before(Step.RENAME);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
    if (durable) {
      watch.before(Step.SYNC_FOLDER);
      sync(file.getParent());
    }
  }

  private void write(Path fresh, byte[] content, boolean durable) throws IOException {
    watch.before(Step.CREATE);
    try (FileChannel out =
        FileChannel.open(
            fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE)) {
      watch.before(Step.WRITE);
      ByteBuffer left = ByteBuffer.wrap(content);
      while (left.hasRemaining()) {
        out.write(left);
      }
      if (durable) {
        watch.before(Step.SYNC);
        out.force(true);
      }
    }
  }

  /** Waits until the names in a folder are on the device. */
  public static void sync(Path folder) throws IOException {
    try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
      opened.force(true);
    }
  }
}
