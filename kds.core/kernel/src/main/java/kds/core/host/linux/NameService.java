package kds.core.host.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostUser;

/**
 * The machine's name service, asked through the C library, so that every source in {@code
 * /etc/nsswitch.conf} counts. Thread-safe. A call lasts as long as the slowest source.
 */
public final class NameService {
  private static final MethodHandle GETPWNAM =
      Libc.returningInt("getpwnam_r", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle GETPWUID =
      Libc.returningInt("getpwuid_r", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle GETGRGID =
      Libc.returningInt("getgrgid_r", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle GETGROUPLIST =
      Libc.returningInt("getgrouplist", ADDRESS, JAVA_INT, ADDRESS, ADDRESS);

  /** {@code struct passwd} and {@code struct group} of a 64-bit glibc. */
  private static final int NAME = 0;

  private static final int UID = 16;
  private static final int GID = 20;
  private static final int HOME = 32;
  private static final int SHELL = 40;
  private static final int STRUCTURE = 48;

  private static final int FIRST_ROOM = 4096;
  private static final int MOST_ROOM = 4 << 20;

  /** Looks a name up, with the primary group only; empty when no source knows it. */
  public Optional<HostUser> byName(String name) throws HostException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      Optional<MemorySegment> found =
          find(
              arena,
              "user " + name,
              (state, entry, room, size, answer) ->
                  (int) GETPWNAM.invokeExact(state, text, entry, room, size, answer));
      return found.isEmpty() ? Optional.empty() : Optional.of(user(found.get()));
    }
  }

  /** Looks a uid up, with the primary group only; empty when no source knows it. */
  public Optional<HostUser> byUid(long uid) throws HostException {
    try (Arena arena = Arena.ofConfined()) {
      Optional<MemorySegment> found =
          find(
              arena,
              "uid " + uid,
              (state, entry, room, size, answer) ->
                  (int) GETPWUID.invokeExact(state, (int) uid, entry, room, size, answer));
      return found.isEmpty() ? Optional.empty() : Optional.of(user(found.get()));
    }
  }

  /** The name of a group; empty when no source knows it. */
  public Optional<String> groupName(long gid) throws HostException {
    try (Arena arena = Arena.ofConfined()) {
      return find(
              arena,
              "gid " + gid,
              (state, entry, room, size, answer) ->
                  (int) GETGRGID.invokeExact(state, (int) gid, entry, room, size, answer))
          .map(group -> Libc.string(group, NAME));
    }
  }

  /** One of the functions that fill a structure whose strings lie in a room. */
  private interface Query {
    int ask(
        MemorySegment state, MemorySegment entry, MemorySegment room, long size, MemorySegment at)
        throws Throwable;
  }

  private static Optional<MemorySegment> find(Arena arena, String what, Query query)
      throws HostException {
    MemorySegment state = arena.allocate(Libc.STATE);
    MemorySegment entry = arena.allocate(STRUCTURE, 8);
    MemorySegment answer = arena.allocate(ADDRESS);
    for (long size = FIRST_ROOM; size <= MOST_ROOM; size *= 4) {
      int error;
      try {
        error = query.ask(state, entry, arena.allocate(size, 8), size, answer);
      } catch (Throwable e) {
        throw Libc.broken(e);
      }
      if (error != Errno.ERANGE && error != Errno.EINTR) {
        return found(what, error, answer) ? Optional.of(entry) : Optional.empty();
      }
    }
    throw new HostException(
        Reason.IO, "The name service's entry of " + what + " is larger than " + MOST_ROOM);
  }

  /**
   * Reads an answer. glibc says 0 and gives no entry when no source knows it; any error means that
   * the source asked last could not be asked, and then nobody knows whether there is one.
   */
  private static boolean found(String what, int error, MemorySegment answer) throws HostException {
    return switch (error) {
      case 0 -> answer.get(ADDRESS, 0).address() != 0;
      case Errno.ESRCH -> false;
      case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM -> throw failure(Reason.BUSY, what, error);
      default -> throw failure(Reason.TIMEOUT, what, error);
    };
  }

  private static HostException failure(Reason reason, String what, int error) {
    return new HostException(
        reason,
        "The directory does not answer: the name service could not look up %s (%s)."
                .formatted(what, Errno.name(error))
            + " Try: getent passwd");
  }

  private static HostUser user(MemorySegment entry) throws HostException {
    String name = Libc.string(entry, NAME);
    int gid = entry.get(JAVA_INT, GID);
    String home = Libc.string(entry, HOME);
    try {
      return new HostUser(
          name,
          Integer.toUnsignedLong(entry.get(JAVA_INT, UID)),
          Integer.toUnsignedLong(gid),
          List.of(Integer.toUnsignedLong(gid)),
          Path.of(home),
          Libc.string(entry, SHELL));
    } catch (InvalidPathException e) {
      throw new HostException(
          Reason.IO,
          "The home folder of %s cannot be named in this locale; start the service with"
                  .formatted(name)
              + " LC_ALL=C.UTF-8",
          e);
    }
  }

  /** All groups of an account, the primary one among them. A source that fails adds none. */
  public List<Long> groups(String user, long primary) {
    try (Arena arena = Arena.ofConfined()) {
      return groups(arena, arena.allocateFrom(user), (int) primary);
    }
  }

  private static List<Long> groups(Arena arena, MemorySegment name, int gid) {
    MemorySegment state = arena.allocate(Libc.STATE);
    MemorySegment count = arena.allocate(JAVA_INT);
    int room = 64;
    while (true) {
      MemorySegment groups = arena.allocate(ValueLayout.JAVA_INT, room);
      count.set(JAVA_INT, 0, room);
      int result;
      try {
        result = (int) GETGROUPLIST.invokeExact(state, name, gid, groups, count);
      } catch (Throwable e) {
        throw Libc.broken(e);
      }
      int found = count.get(JAVA_INT, 0);
      if (result >= 0 || room >= Identity.MOST_GROUPS) {
        int[] ids = groups.asSlice(0, 4L * Math.min(found, room)).toArray(JAVA_INT);
        return Arrays.stream(ids).mapToObj(Integer::toUnsignedLong).toList();
      }
      room = Math.min(Math.max(found, 2 * room), Identity.MOST_GROUPS);
    }
  }
}
