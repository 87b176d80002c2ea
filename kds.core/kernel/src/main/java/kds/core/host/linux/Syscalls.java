package kds.core.host.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * The calls that look at who asks. Each returns what the kernel returned, or {@code -errno}: no
 * exception, nothing that would load a class, because they are made while the thread is somebody
 * else.
 *
 * <p>Belongs to one thread: arguments and answers travel through memory that is its own.
 */
public final class Syscalls {
  /** PATH_MAX, the final NUL included. */
  public static final int MOST_PATH = 4096;

  private static final MethodHandle OPENAT2 = Libc.syscall(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle MKDIRAT =
      Libc.returningInt("mkdirat", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle LINKAT =
      Libc.returningInt("linkat", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RENAMEAT2 =
      Libc.returningInt("renameat2", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle UNLINKAT =
      Libc.returningInt("unlinkat", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle STATX =
      Libc.returningInt("statx", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle FCHMOD = Libc.returningInt("fchmod", JAVA_INT, JAVA_INT);
  private static final MethodHandle FCHOWN =
      Libc.returningInt("fchown", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle FALLOCATE =
      Libc.returningInt("fallocate", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle FTRUNCATE = Libc.returningInt("ftruncate", JAVA_INT, JAVA_LONG);

  private static final byte[] NOTHING = {};

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment state = arena.allocate(Libc.STATE);
  private final MemorySegment path = arena.allocate(MOST_PATH);
  private final MemorySegment otherPath = arena.allocate(MOST_PATH);
  private final MemorySegment how = arena.allocate(24, 8);
  private final MemorySegment status = arena.allocate(FileStatus.BYTES, 8);

  /** Opens what {@code flags} say, as {@code resolve} allows. Returns a descriptor. */
  public int open(int folder, byte[] name, int flags, int mode, long resolve) {
    how.set(JAVA_LONG, 0, flags);
    how.set(JAVA_LONG, 8, mode);
    how.set(JAVA_LONG, 16, resolve);
    MemorySegment at = put(path, name);
    try {
      long fd;
      do {
        fd =
            Libc.result(
                state, (long) OPENAT2.invokeExact(state, Flags.SYS_OPENAT2, folder, at, how, 24L));
      } while (fd == -Errno.EINTR);
      return (int) fd;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Makes a folder. The name is one part: a path would be followed through links. */
  public int makeFolder(int folder, byte[] name, int mode) {
    try {
      return Libc.result(state, (int) MKDIRAT.invokeExact(state, folder, put(path, name), mode));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Gives an open file a name, if that is free. */
  public int link(Descriptor file, int folder, byte[] name) {
    return link(Flags.AT_FDCWD, file.alias(), folder, name, Flags.AT_SYMLINK_FOLLOW);
  }

  /** Gives a file a second name in the same folder, if that is free. */
  public int link(int folder, byte[] from, byte[] to) {
    return link(folder, from, folder, to, 0);
  }

  private int link(int fromFolder, byte[] from, int folder, byte[] name, int flags) {
    MemorySegment source = put(path, from);
    MemorySegment target = put(otherPath, name);
    try {
      return Libc.result(
          state, (int) LINKAT.invokeExact(state, fromFolder, source, folder, target, flags));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Renames within a folder; flags are 0, {@link Flags#NO_REPLACE} or {@link Flags#EXCHANGE}. */
  public int rename(int folder, byte[] from, byte[] to, int flags) {
    MemorySegment source = put(path, from);
    MemorySegment target = put(otherPath, to);
    try {
      return Libc.result(
          state, (int) RENAMEAT2.invokeExact(state, folder, source, folder, target, flags));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Takes a file's name away. */
  public int unlink(int folder, byte[] name) {
    return unlink(folder, name, 0);
  }

  /** Removes an empty folder. */
  public int removeFolder(int folder, byte[] name) {
    return unlink(folder, name, Flags.AT_REMOVEDIR);
  }

  private int unlink(int folder, byte[] name, int flags) {
    try {
      return Libc.result(state, (int) UNLINKAT.invokeExact(state, folder, put(path, name), flags));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Looks at an open file; then see {@link #status()}. */
  public int look(int file) {
    return look(file, put(path, NOTHING), Flags.AT_EMPTY_PATH, status);
  }

  /** Looks at a name in a folder, not through a link; then see {@link #status()}. */
  public int look(int folder, byte[] name) {
    return look(folder, put(path, name), Flags.AT_SYMLINK_NOFOLLOW, status);
  }

  /**
   * Looks at many names in a folder.
   *
   * @param names C strings
   * @param offsets where each begins
   * @param answers room for {@link FileStatus#BYTES} each; of those that failed, a mask of 0 and
   *     errno behind it
   */
  int lookAll(int folder, MemorySegment names, int[] offsets, int count, MemorySegment answers) {
    for (int i = 0; i < count; i++) {
      MemorySegment answer = answers.asSlice(i * FileStatus.BYTES, FileStatus.BYTES);
      int result = look(folder, names.asSlice(offsets[i]), Flags.AT_SYMLINK_NOFOLLOW, answer);
      if (result < 0) {
        answer.set(JAVA_INT, 0, 0);
        answer.set(JAVA_INT, 4, -result);
      }
    }
    return 0;
  }

  private int look(int folder, MemorySegment name, int flags, MemorySegment answer) {
    int how = flags | Flags.AT_NO_AUTOMOUNT;
    try {
      return Libc.result(
          state, (int) STATX.invokeExact(state, folder, name, how, FileStatus.WANTED, answer));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** What the last {@code look} that succeeded saw. */
  public FileStatus status() {
    return FileStatus.of(status);
  }

  /** Sets the permission bits of an open file, whatever the umask. */
  public int chmod(int file, int mode) {
    try {
      return Libc.result(state, (int) FCHMOD.invokeExact(state, file, mode));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Gives an open file to an owner and a group. */
  public int chown(int file, int uid, int gid) {
    try {
      return Libc.result(state, (int) FCHOWN.invokeExact(state, file, uid, gid));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Reserves space in an open file without changing its size. */
  public int reserve(int file, long from, long bytes) {
    try {
      int result;
      do {
        result =
            Libc.result(
                state,
                (int) FALLOCATE.invokeExact(state, file, Flags.FALLOC_KEEP_SIZE, from, bytes));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Sets an open file's size and gives back what was reserved behind it. */
  public int truncate(int file, long size) {
    try {
      return Libc.result(state, (int) FTRUNCATE.invokeExact(state, file, size));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Makes every call once, in a way that changes nothing, so that all of it is linked. */
  void warm() {
    byte[] name = Arrays.copyOf(NOTHING, 1);
    name[0] = 'x';
    open(-1, name, Flags.READ, 0, Flags.BENEATH);
    makeFolder(-1, name, 0);
    link(-1, name, -1, name, Flags.AT_SYMLINK_FOLLOW);
    link(-1, name, name);
    rename(-1, name, name, 0);
    unlink(-1, name);
    removeFolder(-1, name);
    look(-1);
    look(-1, name);
    put(path, name);
    lookAll(-1, path, new int[1], 1, status);
    chmod(-1, 0);
    chown(-1, -1, -1);
    reserve(-1, 0, 1);
    truncate(-1, 0);
    status();
  }

  private static MemorySegment put(MemorySegment room, byte[] path) {
    if (path.length >= MOST_PATH) {
      throw new IllegalArgumentException("A path of " + path.length + " bytes");
    }
    MemorySegment.copy(path, 0, room, JAVA_BYTE, 0, path.length);
    room.set(JAVA_BYTE, path.length, (byte) 0);
    return room;
  }
}
