package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that makes children, one at a time. It has an umask of its own (022), so that the
 * service's stays as strict as it is, and its children inherit that one.
 *
 * <p>A child waits at the {@link Gate} before it becomes its program. Meanwhile whoever asked for
 * it puts it into its group and sets its limits: so no instruction of the program ever runs
 * outside.
 */
final class Spawner implements AutoCloseable {
  private static final int UMASK = 022;
  // A child is there a fraction of a millisecond after it was asked for.
  private static final long LOOK_EVERY_NANOS = 50_000;

  private final Gate gate;
  private final ExecutorService thread;
  private final Path children;

  /** What is done to a child before it becomes its program. */
  @FunctionalInterface
  interface Admission {
    void admit(long pid) throws IOException;
  }

  /**
   * Starts one.
   *
   * @param name of its thread; a child that waits bears it too, see {@link Strays}
   */
  Spawner(String name) throws IOException {
    gate = Gate.create();
    thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name(name).daemon(true).stackSize(256 * 1024).factory());
    children = Path.of("/proc/self/task/" + prepared() + "/children");
  }

  private int prepared() throws IOException {
    return of(
        CompletableFuture.supplyAsync(
            () -> {
              try {
                Libc.ownFileSystemState(UMASK);
                return Libc.threadId();
              } catch (IOException e) {
                throw new CompletionException(e);
              }
            },
            thread));
  }

  /**
   * Makes a child.
   *
   * @return its process id; it is the program by now
   * @throws Libc.Failed when no process could be made, or the program could not be executed
   * @throws IOException from the admission; no child is left then
   */
  synchronized long spawn(Image image, Admission admission) throws IOException {
    Set<Long> before = children();
    CompletableFuture<Long> born =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return PosixSpawn.spawn(image, gate.descriptor());
              } catch (IOException e) {
                throw new CompletionException(e);
              }
            },
            thread);
    long pid = arrived(born, before);
    int opened;
    try {
      if (pid > 0) {
        admission.admit(pid);
      }
      opened = gate.open();
    } catch (IOException | RuntimeException e) {
      discard(pid, born);
      throw e;
    }
    try {
      return of(born);
    } finally {
      Libc.close(opened);
    }
  }

  private long arrived(CompletableFuture<Long> born, Set<Long> before) throws IOException {
    while (!born.isDone()) {
      for (long pid : children()) {
        if (!before.contains(pid)) {
          return pid;
        }
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
    return -1;
  }

  /** Ends a child that waits; the spawning thread then takes it for one that came and went. */
  private static void discard(long pid, CompletableFuture<Long> born) {
    if (pid > 0) {
      Libc.killChild(pid);
      born.exceptionally(e -> pid).join();
      Libc.reap(pid, true);
    }
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

  private static <T> T of(CompletableFuture<T> future) throws IOException {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e;
    } catch (CancellationException e) {
      throw new IOException("The service stops", e);
    }
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
