package kds.core.host.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * The calls on an open file that do not care who asks: whether they are allowed was decided when it
 * was opened. Any thread may make them. Each returns what the kernel returned, or {@code -errno}.
 */
public final class FileCalls {
  private static final MethodHandle PREAD =
      Libc.returningLong("pread", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PREADV2 =
      Libc.returningLong("preadv2", JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle PWRITE =
      Libc.returningLong("pwrite", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle FSYNC = Libc.returningInt("fsync", JAVA_INT);
  private static final MethodHandle SYNC_FILE_RANGE =
      Libc.returningInt("sync_file_range", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle FSTATFS = Libc.returningInt("fstatfs", JAVA_INT, ADDRESS);
  private static final MethodHandle GETDENTS =
      Libc.returningLong("getdents64", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle CLOSE = Libc.returningInt("close", JAVA_INT);
  private static final MethodHandle GETEUID = Libc.returningInt("geteuid");
  private static final MethodHandle PRCTL =
      Libc.returningInt("prctl", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final long UID = effective();

  private static final int SYNC_FILE_RANGE_WRITE = 2;
  private static final int PR_GET_SECUREBITS = 27;
  private static final int NO_SETUID_FIXUP = 4;
  private static final long TMPFS = 0x01021994L;
  private static final long RAMFS = 0x858458f6L;

  /** File systems of this machine's own devices and memory (statfs(2)): ext, XFS, btrfs, F2FS. */
  private static final Set<Long> LOCAL =
      Set.of(TMPFS, RAMFS, 0xef53L, 0x58465342L, 0x9123683eL, 0xf2f52010L);

  private FileCalls() {}

  /** Reads into the rest of a direct buffer, which is not moved on. May wait for the device. */
  public static long read(int file, ByteBuffer into, long position) {
    MemorySegment room = MemorySegment.ofBuffer(into);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.STATE);
      long result;
      do {
        result =
            Libc.result(
                state, (long) PREAD.invokeExact(state, file, room, room.byteSize(), position));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** The same, of what is in memory already; {@code -EAGAIN} instead of waiting for the device. */
  public static long readAtOnce(int file, ByteBuffer into, long position) {
    MemorySegment room = MemorySegment.ofBuffer(into);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.STATE);
      MemorySegment vector = arena.allocate(16, 8);
      vector.set(ADDRESS, 0, room);
      vector.set(JAVA_LONG, 8, room.byteSize());
      return Libc.result(
          state, (long) PREADV2.invokeExact(state, file, vector, 1, position, Flags.RWF_NOWAIT));
    } catch (Throwable e) {
      throw Libc.broken(e);
    } finally {
      java.lang.ref.Reference.reachabilityFence(into);
    }
  }

  /** Writes from the rest of a direct buffer, which is not moved on; perhaps not all of it. */
  public static long write(int file, ByteBuffer from, long position) {
    MemorySegment bytes = MemorySegment.ofBuffer(from);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.STATE);
      long result;
      do {
        result =
            Libc.result(
                state, (long) PWRITE.invokeExact(state, file, bytes, bytes.byteSize(), position));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Waits until a file or folder is on the device. */
  public static int sync(int file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.STATE);
      return Libc.result(state, (int) FSYNC.invokeExact(state, file));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Has the device begin to write a stretch. Says nothing of when that is done, or of its fate. */
  public static int beginWriting(int file, long from, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.STATE);
      return Libc.result(
          state,
          (int) SYNC_FILE_RANGE.invokeExact(state, file, from, length, SYNC_FILE_RANGE_WRITE));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Reads the next entries of a folder. */
  static long entries(int folder, MemorySegment into) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.STATE);
      return Libc.result(state, (long) GETDENTS.invokeExact(state, folder, into, into.byteSize()));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** How many bytes are free to an ordinary user where a file lies. */
  public static long free(int file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(120, 8);
      int result = statfs(arena, file, status);
      return result < 0 ? result : status.get(JAVA_LONG, 8) * status.get(JAVA_LONG, 32);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Whether a file lies in memory, so that reading it never waits. */
  public static boolean inMemory(int file) {
    long type = fileSystem(file);
    return type == TMPFS || type == RAMFS;
  }

  /** Whether it is on a device of this machine, as far as the kind of file system tells. */
  public static boolean isLocal(int file) {
    return LOCAL.contains(fileSystem(file));
  }

  private static long fileSystem(int file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(120, 8);
      return statfs(arena, file, status) < 0 ? 0 : status.get(JAVA_LONG, 0);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  private static int statfs(Arena arena, int file, MemorySegment status) throws Throwable {
    MemorySegment state = arena.allocate(Libc.STATE);
    return Libc.result(state, (int) FSTATFS.invokeExact(state, file, status));
  }

  /** Closes, once: its number may be somebody else's already when this returns, even with EINTR. */
  static void close(int file) {
    try (Arena arena = Arena.ofConfined()) {
      int _ = (int) CLOSE.invokeExact(arena.allocate(Libc.STATE), file);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** The effective uid of the process, which stays what it is: threads take on others alone. */
  public static long uid() {
    return UID;
  }

  private static long effective() {
    try (Arena arena = Arena.ofConfined()) {
      return Integer.toUnsignedLong((int) GETEUID.invokeExact(arena.allocate(Libc.STATE)));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /**
   * Whether a thread that takes on a user's file-system uid loses root's power over files with it.
   * It would not under SECBIT_NO_SETUID_FIXUP (capabilities(7)).
   */
  static boolean losesPowerWithIdentity() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.STATE);
      int bits = (int) PRCTL.invokeExact(state, PR_GET_SECUREBITS, 0L, 0L, 0L, 0L);
      return bits >= 0 && (bits & NO_SETUID_FIXUP) == 0;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }
}
