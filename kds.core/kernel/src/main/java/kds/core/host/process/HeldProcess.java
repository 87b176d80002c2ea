package kds.core.host.process;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import kds.core.host.linux.Descriptors;
import kds.core.host.linux.Errno;
import kds.core.host.linux.FailedCall;
import kds.core.host.linux.Processes;

/**
 * A process of a user, held by a descriptor: signals reach this one and never a later one of the
 * same number, and its end is an event.
 */
final class HeldProcess implements AutoCloseable {
  private final ProcessTable.Entry entry;
  private final long uid;
  private final int pidfd;
  private final Watch watch;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final long key;

  private HeldProcess(ProcessTable.Entry entry, long uid, int pidfd, Watch watch)
      throws IOException {
    this.entry = entry;
    this.uid = uid;
    this.pidfd = pidfd;
    this.watch = watch;
    this.key = watch.once(pidfd, () -> ended.complete(null));
  }

  /** Holds a process; empty when it has ended or is not this user's. */
  static Optional<HeldProcess> hold(ProcessTable.Entry entry, long uid, Watch watch)
      throws IOException {
    int pidfd;
    try {
      pidfd = Processes.pidfd(entry.pid());
    } catch (FailedCall e) {
      if (e.errno() == Errno.ESRCH) {
        return Optional.empty();
      }
      throw e;
    }
    try {
      // Asked with the process held: its number may have passed to another one since it was read.
      if (entry.isStillThere() && ProcessTable.belongsTo(entry.pid(), uid)) {
        return Optional.of(new HeldProcess(entry, uid, pidfd, watch));
      }
    } catch (IOException e) {
      Descriptors.close(pidfd);
      throw e;
    }
    Descriptors.close(pidfd);
    return Optional.empty();
  }

  ProcessTable.Entry entry() {
    return entry;
  }

  /** Completed when it has ended. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Sends a signal unless it has ended, or has become somebody else's. */
  void signal(int signal) {
    try {
      if (ProcessTable.belongsTo(entry.pid(), uid)) {
        Processes.signal(pidfd, signal);
      }
    } catch (IOException e) {
      // It has ended.
    }
  }

  @Override
  public void close() {
    watch.forget(pidfd, key);
    Descriptors.close(pidfd);
  }
}
