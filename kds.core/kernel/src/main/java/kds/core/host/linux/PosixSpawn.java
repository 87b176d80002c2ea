package kds.core.host.linux;

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
public final class PosixSpawn {
  private static final short SETSIGDEF = 0x04;
  private static final short SETSIGMASK = 0x08;
  private static final short SETSID = 0x80;
  // More than any libc takes for these opaque structures (glibc: 336, 80 and 128 bytes).
  private static final long OPAQUE = 1024;
  private static final int GATE = 3;
  private static final int O_RDONLY = 0;

  private static final MethodHandle SPAWN =
      Libc.returningInt("posix_spawn", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle ATTR_INIT = Libc.returningInt("posix_spawnattr_init", ADDRESS);
  private static final MethodHandle ATTR_FLAGS =
      Libc.returningInt("posix_spawnattr_setflags", ADDRESS, JAVA_SHORT);
  private static final MethodHandle ATTR_DEFAULT =
      Libc.returningInt("posix_spawnattr_setsigdefault", ADDRESS, ADDRESS);
  private static final MethodHandle ATTR_MASK =
      Libc.returningInt("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);
  private static final MethodHandle SIGFILLSET = Libc.returningInt("sigfillset", ADDRESS);
  private static final MethodHandle SIGEMPTYSET = Libc.returningInt("sigemptyset", ADDRESS);
  private static final MethodHandle INIT =
      Libc.returningInt("posix_spawn_file_actions_init", ADDRESS);
  private static final MethodHandle DESTROY =
      Libc.returningInt("posix_spawn_file_actions_destroy", ADDRESS);
  private static final MethodHandle OPEN =
      Libc.returningInt(
          "posix_spawn_file_actions_addopen", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle DUP2 =
      Libc.returningInt("posix_spawn_file_actions_adddup2", ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle CLOSE =
      Libc.returningInt("posix_spawn_file_actions_addclose", ADDRESS, JAVA_INT);
  private static final MethodHandle CLOSE_FROM =
      Libc.returningInt("posix_spawn_file_actions_addclosefrom_np", ADDRESS, JAVA_INT);
  private static final MethodHandle CHDIR =
      Libc.returningInt("posix_spawn_file_actions_addchdir_np", ADDRESS, ADDRESS);

  private PosixSpawn() {}

  /**
   * Makes a child. Returns when it has become the program, or could not.
   *
   * @param gate descriptor of the named pipe it waits at
   * @return its process id
   * @throws FailedCall when no process could be made, or the program could not be executed
   */
  public static long spawn(Image image, int gate) throws FailedCall {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = arena.allocate(OPAQUE, 16);
      must((_, state) -> (int) INIT.invokeExact(state, actions));
      try {
        describe(image, gate, actions, arena);
        MemorySegment pid = arena.allocate(JAVA_INT);
        MemorySegment program = arena.allocateFrom(image.words().getFirst());
        MemorySegment attributes = attributes(arena);
        MemorySegment words = strings(image.words(), arena);
        MemorySegment environment = strings(image.environment(), arena);
        must(
            (_, state) ->
                (int)
                    SPAWN.invokeExact(
                        state, pid, program, actions, attributes, words, environment));
        return pid.get(JAVA_INT, 0);
      } finally {
        must((_, state) -> (int) DESTROY.invokeExact(state, actions));
      }
    }
  }

  private static void describe(Image image, int gate, MemorySegment actions, Arena arena)
      throws FailedCall {
    MemorySegment nothing = arena.allocateFrom("/dev/null");
    must((_, state) -> (int) OPEN.invokeExact(state, actions, 0, nothing, O_RDONLY, 0));
    must((_, state) -> (int) DUP2.invokeExact(state, actions, image.output(), 1));
    must((_, state) -> (int) DUP2.invokeExact(state, actions, image.error(), 2));
    must((_, state) -> (int) DUP2.invokeExact(state, actions, gate, GATE));
    // First this, then the wait: a child that waits holds no socket or file of the service open.
    must((_, state) -> (int) CLOSE_FROM.invokeExact(state, actions, GATE + 1));
    MemorySegment wait = arena.allocateFrom("/proc/self/fd/" + GATE);
    must((_, state) -> (int) OPEN.invokeExact(state, actions, 0, wait, O_RDONLY, 0));
    must((_, state) -> (int) OPEN.invokeExact(state, actions, 0, nothing, O_RDONLY, 0));
    must((_, state) -> (int) CLOSE.invokeExact(state, actions, GATE));
    MemorySegment directory = arena.allocateFrom(image.directory());
    must((_, state) -> (int) CHDIR.invokeExact(state, actions, directory));
  }

  private static MemorySegment attributes(Arena arena) throws FailedCall {
    MemorySegment attributes = arena.allocate(OPAQUE, 16);
    MemorySegment signals = arena.allocate(OPAQUE, 16);
    must((_, state) -> (int) ATTR_INIT.invokeExact(state, attributes));
    short flags = SETSIGDEF | SETSIGMASK | SETSID;
    must((_, state) -> (int) ATTR_FLAGS.invokeExact(state, attributes, flags));
    must((_, state) -> (int) SIGFILLSET.invokeExact(state, signals));
    must((_, state) -> (int) ATTR_DEFAULT.invokeExact(state, attributes, signals));
    must((_, state) -> (int) SIGEMPTYSET.invokeExact(state, signals));
    must((_, state) -> (int) ATTR_MASK.invokeExact(state, attributes, signals));
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
  private static void must(Libc.Call call) throws FailedCall {
    int error = Libc.checked("posix_spawn", call);
    if (error != 0) {
      throw new FailedCall("posix_spawn", error);
    }
  }
}
