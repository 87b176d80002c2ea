package kds.core.host.process;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * Makes a child by {@code posix_spawn}: a session of its own, no signal blocked or ignored,
 * standard input from nothing, and no descriptor of the service but its two outputs.
 *
 * <p>Before it becomes the program, the child waits: it opens a named pipe to read, which the
 * kernel lets it do only once somebody has opened that pipe to write. Whoever holds the gate has
 * the time to put the child where it belongs. The calling thread is held as well until then.
 */
final class PosixSpawn {
  private static final short SETSIGDEF = 0x04;
  private static final short SETSIGMASK = 0x08;
  private static final short SETSID = 0x80;
  // More than any libc takes for these opaque structures (glibc: 336, 80 and 128 bytes).
  private static final long OPAQUE = 1024;
  private static final int GATE = 3;

  private static final MethodHandle SPAWN =
      Libc.ints("posix_spawn", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle ATTR_INIT = Libc.ints("posix_spawnattr_init", ADDRESS);
  private static final MethodHandle ATTR_FLAGS =
      Libc.ints("posix_spawnattr_setflags", ADDRESS, JAVA_SHORT);
  private static final MethodHandle ATTR_DEFAULT =
      Libc.ints("posix_spawnattr_setsigdefault", ADDRESS, ADDRESS);
  private static final MethodHandle ATTR_MASK =
      Libc.ints("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);
  private static final MethodHandle SIGFILLSET = Libc.ints("sigfillset", ADDRESS);
  private static final MethodHandle SIGEMPTYSET = Libc.ints("sigemptyset", ADDRESS);
  private static final MethodHandle INIT = Libc.ints("posix_spawn_file_actions_init", ADDRESS);
  private static final MethodHandle DESTROY =
      Libc.ints("posix_spawn_file_actions_destroy", ADDRESS);
  private static final MethodHandle OPEN =
      Libc.ints("posix_spawn_file_actions_addopen", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle DUP2 =
      Libc.ints("posix_spawn_file_actions_adddup2", ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle CLOSE =
      Libc.ints("posix_spawn_file_actions_addclose", ADDRESS, JAVA_INT);
  private static final MethodHandle CLOSE_FROM =
      Libc.ints("posix_spawn_file_actions_addclosefrom_np", ADDRESS, JAVA_INT);
  private static final MethodHandle CHDIR =
      Libc.ints("posix_spawn_file_actions_addchdir_np", ADDRESS, ADDRESS);

  private PosixSpawn() {}

  /**
   * Makes a child. Returns when it has become the program, or could not.
   *
   * @param gate descriptor of the named pipe it waits at
   * @return its process id
   * @throws Libc.Failed when no process could be made, or the program could not be executed
   */
  static long spawn(Image image, int gate) throws Libc.Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = arena.allocate(OPAQUE, 16);
      must(INIT, arena, actions);
      try {
        describe(image, gate, actions, arena);
        MemorySegment pid = arena.allocate(JAVA_INT);
        must(
            SPAWN,
            arena,
            pid,
            arena.allocateFrom(image.words().getFirst()),
            actions,
            attributes(arena),
            strings(image.words(), arena),
            strings(image.environment(), arena));
        return pid.get(JAVA_INT, 0);
      } finally {
        must(DESTROY, arena, actions);
      }
    }
  }

  private static void describe(Image image, int gate, MemorySegment actions, Arena arena)
      throws Libc.Failed {
    MemorySegment nothing = arena.allocateFrom("/dev/null");
    must(OPEN, arena, actions, 0, nothing, Libc.O_RDONLY, 0);
    must(DUP2, arena, actions, image.output(), 1);
    must(DUP2, arena, actions, image.error(), 2);
    must(DUP2, arena, actions, gate, GATE);
    // First this, then the wait: a child that waits holds no socket or file of the service open.
    must(CLOSE_FROM, arena, actions, GATE + 1);
    must(OPEN, arena, actions, 0, arena.allocateFrom("/proc/self/fd/" + GATE), Libc.O_RDONLY, 0);
    must(OPEN, arena, actions, 0, nothing, Libc.O_RDONLY, 0);
    must(CLOSE, arena, actions, GATE);
    must(CHDIR, arena, actions, arena.allocateFrom(image.directory()));
  }

  private static MemorySegment attributes(Arena arena) throws Libc.Failed {
    MemorySegment attributes = arena.allocate(OPAQUE, 16);
    MemorySegment signals = arena.allocate(OPAQUE, 16);
    must(ATTR_INIT, arena, attributes);
    must(ATTR_FLAGS, arena, attributes, (short) (SETSIGDEF | SETSIGMASK | SETSID));
    must(SIGFILLSET, arena, signals);
    must(ATTR_DEFAULT, arena, attributes, signals);
    must(SIGEMPTYSET, arena, signals);
    must(ATTR_MASK, arena, attributes, signals);
    return attributes;
  }

  private static MemorySegment strings(List<String> strings, Arena arena) {
    MemorySegment array = arena.allocate(ADDRESS, strings.size() + 1L);
    for (int i = 0; i < strings.size(); i++) {
      array.setAtIndex(ADDRESS, i, arena.allocateFrom(strings.get(i)));
    }
    return array;
  }

  /** These calls return their error instead of setting errno. */
  private static void must(MethodHandle handle, Arena arena, Object... arguments)
      throws Libc.Failed {
    int error = Libc.call("posix_spawn", handle, arena, arguments);
    if (error != 0) {
      throw new Libc.Failed("posix_spawn", error);
    }
  }
}
