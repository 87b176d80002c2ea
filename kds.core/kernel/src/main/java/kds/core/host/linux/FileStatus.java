package kds.core.host.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.time.Instant;

/**
 * What {@code statx} tells about a file.
 *
 * @param device its file system
 * @param inode its number there
 * @param type the S_IFMT bits
 * @param mode the permission bits
 * @param links how many names it has
 * @param uid its owner
 * @param gid its group
 * @param size bytes
 * @param modified when its content last changed
 * @param changed when its inode last changed
 * @param created when it was made; as {@code modified} where the file system does not tell
 * @param birthKnown whether the file system tells when it was made
 * @param mountPoint whether something is mounted here
 */
public record FileStatus(
    long device,
    long inode,
    int type,
    int mode,
    long links,
    long uid,
    long gid,
    long size,
    Instant modified,
    Instant changed,
    Instant created,
    boolean birthKnown,
    boolean mountPoint) {

  /** {@code sizeof(struct statx)}. */
  static final long BYTES = 256;

  /** STATX_BASIC_STATS | STATX_BTIME. */
  static final int WANTED = 0x7ff | 0x800;

  private static final int BTIME = 0x800;
  private static final long MOUNT_ROOT = 0x2000;
  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFDIR = 0040000;

  /** Reads a {@code struct statx}. */
  static FileStatus of(MemorySegment at) {
    int mode = Short.toUnsignedInt(at.get(JAVA_SHORT, 28));
    Instant modified = time(at, 112);
    boolean knowsBirth = (at.get(JAVA_INT, 0) & BTIME) != 0;
    return new FileStatus(
        (unsigned(at, 136) << 32) | unsigned(at, 140),
        at.get(JAVA_LONG, 32),
        mode & S_IFMT,
        mode & 07777,
        unsigned(at, 16),
        unsigned(at, 20),
        unsigned(at, 24),
        at.get(JAVA_LONG, 40),
        modified,
        time(at, 96),
        knowsBirth ? time(at, 80) : modified,
        knowsBirth,
        (at.get(JAVA_LONG, 8) & MOUNT_ROOT) != 0);
  }

  /** Whether it is a regular file. */
  public boolean isFile() {
    return type == S_IFREG;
  }

  /** Whether it is a folder. */
  public boolean isFolder() {
    return type == S_IFDIR;
  }

  private static long unsigned(MemorySegment at, long offset) {
    return Integer.toUnsignedLong(at.get(JAVA_INT, offset));
  }

  private static Instant time(MemorySegment at, long offset) {
    return Instant.ofEpochSecond(at.get(JAVA_LONG, offset), at.get(JAVA_INT, offset + 8));
  }
}
