package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import kds.core.host.linux.FailedCall;
import kds.core.host.linux.Image;
import kds.core.host.linux.PosixSpawn;
import kds.core.host.linux.Processes;

/**
 * A thread that makes children, one at a time. It has an umask of its own (022), so that the
 * service's stays as strict as it is, and its children inherit that one.
 *
 * <p>A child waits at a {@link Gate} before it becomes its program. Meanwhile whoever asked for it
 * puts it into its group and sets its limits: so no instruction of the program ever runs outside.
 */
final class Spawner implements AutoCloseable {
  private static final int UMASK = 022;
  private static final int MANY = 64;
  // A child is there a fraction of a millisecond after it was asked for.
  private static final long LOOK_EVERY_NANOS = 50_000;

  private final Path folder;
  private final ExecutorService thread;
  private final Path children;
  // The children of this thread, as far as they may still be listed, with the time of their birth.
  private final Map<Long, Long> known = new HashMap<>();

  /** What is done to a child before it becomes its program. */
  @FunctionalInterface
  interface Admission {
    void admit(long pid) throws IOException;
  }

  /**
   * Starts one.
   *
   * @param name of its thread; a child that waits bears it too, see {@link Strays}
   * @param folder where gates are made
   */
  Spawner(String name, Path folder) throws IOException {
    this.folder = folder;
    thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name(name).daemon(true).stackSize(256 * 1024).factory());
    children = Path.of("/proc/self/task/" + of(inThread(Spawner::prepare)) + "/children");
    if (!Files.exists(children)) {
      throw new IOException("The kernel lacks " + children + " (CONFIG_PROC_CHILDREN)");
    }
  }

  private static int prepare() throws IOException {
    Processes.ownFileSystemState(UMASK);
    return Processes.threadId();
  }

  /**
   * Makes a child.
   *
   * @return its process id; it is the program by now
   * @throws FailedCall when no process could be made, or the program could not be executed
   * @throws IOException from the admission; no child is left then
   */
  synchronized long spawn(Image image, Admission admission) throws IOException {
    try (Gate gate = Gate.in(folder)) {
      CompletableFuture<Long> born = inThread(() -> PosixSpawn.spawn(image, gate.descriptor()));
      long pid = arrived(born);
      try {
        admission.admit(pid);
        gate.open();
      } catch (IOException | RuntimeException e) {
        discard(pid, born);
        throw e;
      }
      return of(born);
    }
  }

  /** The child that waits, once it does. */
  private long arrived(CompletableFuture<Long> born) throws IOException {
    forgetSome();
    Set<Long> old = new HashSet<>();
    while (!born.isDone()) {
      for (long pid : children()) {
        if (!old.contains(pid) && isNew(pid)) {
          return pid;
        }
        old.add(pid);
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
    // It waits for the gate, which is closed: so it was never made.
    long pid = of(born);
    Processes.killChild(pid);
    Processes.reap(pid, true);
    throw new IOException("Process " + pid + " did not wait to be admitted, so it was killed");
  }

  /**
   * Whether a child was not known before. The kernel's list may miss a child while others end, so
   * what it listed last time tells nothing.
   */
  private boolean isNew(long pid) {
    Long born = ProcessTable.entry(pid).map(ProcessTable.Entry::born).orElse(-1L);
    return born >= 0 && !born.equals(known.put(pid, born));
  }

  private void forgetSome() {
    if (known.size() > MANY) {
      known
          .entrySet()
          .removeIf(
              each ->
                  ProcessTable.entry(each.getKey())
                      .filter(entry -> entry.born() == each.getValue())
                      .isEmpty());
    }
  }

  /** Ends a child that waits; the spawning thread then takes it for one that came and went. */
  private static void discard(long pid, CompletableFuture<Long> born) {
    Processes.killChild(pid);
    born.exceptionally(e -> pid).join();
    Processes.reap(pid, true);
  }

  private Set<Long> children() throws IOException {
    Set<Long> pids = new HashSet<>();
    for (String word : Files.readString(children).split(" ")) {
      if (!word.isBlank()) {
        pids.add(Long.parseLong(word.trim()));
      }
    }
    return pids;
  }

  private interface Task<T> {
    T run() throws IOException;
  }

  private <T> CompletableFuture<T> inThread(Task<T> task) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return task.run();
          } catch (IOException e) {
            throw new CompletionException(e);
          }
        },
        thread);
  }

  private static <T> T of(CompletableFuture<T> future) throws IOException {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
