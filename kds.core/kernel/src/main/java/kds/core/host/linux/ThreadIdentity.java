package kds.core.host.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Whom the kernel takes the calling thread for, and that thread alone, when it works on files
 * ({@code setfsuid(2)}). No exception and nothing that would load a class, as in {@link Syscalls}.
 *
 * <p>Belongs to one thread: arguments and answers travel through memory that is its own.
 */
final class ThreadIdentity {
  /** Leaves fsuid or fsgid as it is: no such id exists, so the kernel only answers. */
  private static final int ASK = -1;

  private static final MethodHandle SETGROUPS = Libc.syscall(JAVA_LONG, ADDRESS);
  private static final MethodHandle GETGROUPS = Libc.returningInt("getgroups", JAVA_INT, ADDRESS);
  private static final MethodHandle SETFSUID = Libc.returningInt("setfsuid", JAVA_INT);
  private static final MethodHandle SETFSGID = Libc.returningInt("setfsgid", JAVA_INT);

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment state = arena.allocate(Libc.STATE);
  private MemorySegment groups = arena.allocate(JAVA_INT, 64);

  /** Its file-system uid now. */
  int uid() {
    return fsuid(ASK);
  }

  /** Its file-system gid now. */
  int gid() {
    return fsgid(ASK);
  }

  /**
   * Takes an identity on. The groups first: the power to set them is not bound to the file-system
   * uid, but to be safe.
   *
   * @return whether all of it was taken on
   */
  boolean become(int uid, int gid, int[] groups) {
    int set = groups(groups);
    fsgid(gid);
    fsuid(uid);
    // Neither call reports failure: ask again.
    return set == 0 && fsgid(ASK) == gid && fsuid(ASK) == uid;
  }

  /** Sets this thread's file-system uid; returns the one before, never an error. */
  private int fsuid(int uid) {
    try {
      return (int) SETFSUID.invokeExact(state, uid);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Sets this thread's file-system gid; returns the one before, never an error. */
  private int fsgid(int gid) {
    try {
      return (int) SETFSGID.invokeExact(state, gid);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** This thread's supplementary groups. */
  int[] groups() {
    try {
      int count = (int) GETGROUPS.invokeExact(state, 0, MemorySegment.NULL);
      MemorySegment room = roomForGroups(count);
      count = (int) GETGROUPS.invokeExact(state, count, room);
      return room.asSlice(0, 4L * Math.max(count, 0)).toArray(JAVA_INT);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /**
   * Sets the supplementary groups of this thread alone. The C library's {@code setgroups} would set
   * them for every thread of the process.
   */
  private int groups(int[] wanted) {
    MemorySegment room = roomForGroups(wanted.length);
    MemorySegment.copy(wanted, 0, room, JAVA_INT, 0, wanted.length);
    try {
      return (int)
          Libc.result(
              state,
              (long) SETGROUPS.invokeExact(state, Flags.SYS_SETGROUPS, (long) wanted.length, room));
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  private MemorySegment roomForGroups(int count) {
    if (groups.byteSize() < 4L * count) {
      groups = Arena.ofAuto().allocate(JAVA_INT, count);
    }
    return groups;
  }
}
