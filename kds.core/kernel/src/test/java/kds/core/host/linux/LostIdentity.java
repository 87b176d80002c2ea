package kds.core.host.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.List;
import org.slf4j.LoggerFactory;

/** A process whose thread loses CAP_SETGID while it is somebody else: it cannot come back. */
final class LostIdentity {
  private static final int VERSION_3 = 0x20080522;

  private LostIdentity() {}

  public static void main(String[] arguments) throws Exception {
    MethodHandle capset = Libc.returningInt("capset", ADDRESS, ADDRESS);
    Arena arena = Arena.ofShared();
    MemorySegment state = arena.allocate(Libc.STATE);
    MemorySegment header = arena.allocate(8, 4);
    header.set(JAVA_INT, 0, VERSION_3);
    MemorySegment none = arena.allocate(24, 4);
    HostThreads threads = new HostThreads("lost", 1, 1);
    threads.call(
        0,
        Duration.ofSeconds(20),
        List.of(),
        thread ->
            thread.as(
                new Identity(54321, 54321, new int[0]),
                os -> {
                  try {
                    return (int) capset.invoke(state, header, none);
                  } catch (Throwable e) {
                    throw new IllegalStateException(e);
                  }
                }));
    LoggerFactory.getLogger(LostIdentity.class).error("The process went on");
  }
}
