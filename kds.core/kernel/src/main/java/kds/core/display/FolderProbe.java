package kds.core.display;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Asks whether a folder is there, and waits a limited time: one on a dead network file system never
 * answers. It holds one thread then, whoever asks how often, and no carrier of virtual threads.
 * Thread-safe.
 */
final class FolderProbe {
  private final Predicate<Path> isThere;
  private final Duration limit;
  private final Map<Path, CompletableFuture<Boolean>> underWay = new ConcurrentHashMap<>();

  /**
   * Makes one.
   *
   * @param isThere may hang
   */
  FolderProbe(Predicate<Path> isThere, Duration limit) {
    this.isThere = isThere;
    this.limit = limit;
  }

  /** Whether it is there, and says so in time. */
  boolean answers(Path folder) throws InterruptedException {
    try {
      return underWay
          .computeIfAbsent(folder, this::ask)
          .get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException _) {
      return false;
    }
  }

  private CompletableFuture<Boolean> ask(Path folder) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("kds-display-probe")
        .inheritInheritableThreadLocals(false)
        .start(
            () -> {
              try {
                answer.complete(isThere.test(folder));
              } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
              } finally {
                underWay.remove(folder, answer);
              }
            });
    return answer;
  }
}
