package kds.core.host.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import kds.api.host.HostCommand;
import kds.api.host.HostException;
import kds.api.host.HostExit;
import kds.api.host.HostProcess;
import kds.core.host.linux.Descriptors;
import kds.core.host.linux.Processes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A program from its start to its exit, and its outlets for as long as anybody writes to them. */
final class Program implements HostProcess {
  private static final Logger LOG = LoggerFactory.getLogger(Program.class);

  /**
   * How long children that hold the program's output may go on writing to it before its exit is
   * told: enough for a {@code tee} at its end, and too little to be noticed for an application that
   * was left in the background.
   */
  static final Duration LINGER = Duration.ofMillis(200);

  private final HostCommand command;
  private final GroupSupervisor supervisor;
  private final Timers timers;
  private final long pid;
  private final int pidfd;
  private final long began = System.nanoTime();
  private final AtomicReference<HostExit.Cause> cause = new AtomicReference<>();
  private final CompletableFuture<HostExit> exit = new CompletableFuture<>();
  private final Lock taking = new ReentrantLock();
  private final Object state = new Object();
  private boolean ended;
  private boolean refusing;
  private CompletableFuture<Void> ending = CompletableFuture.completedFuture(null);
  private Future<?> limit = CompletableFuture.completedFuture(null);
  private long key;

  Program(HostCommand command, long pid, int pidfd, GroupSupervisor supervisor, Timers timers) {
    this.command = command;
    this.pid = pid;
    this.pidfd = pidfd;
    this.supervisor = supervisor;
    this.timers = timers;
  }

  /**
   * Begins to follow it. Takes the pipes.
   *
   * @throws IOException when it cannot be followed; then it is killed, as nobody would look at its
   *     limit
   */
  void follow(Watch watch, Buffers buffers, int output, int error) throws IOException {
    supervisor.began(pid, command.group());
    Outlet out = new Outlet(watch, buffers, output, bytes -> take(false, bytes));
    Outlet err = new Outlet(watch, buffers, error, bytes -> take(true, bytes));
    try {
      out.open();
      err.open();
      synchronized (state) {
        key = watch.once(pidfd, () -> ended(watch, out, err));
        limit = timers.after(command.limit(), this::overtime);
      }
    } catch (IOException e) {
      out.abandon();
      err.abandon();
      discard();
      throw e;
    }
  }

  private void discard() {
    Processes.killChild(pid);
    supervisor.ended(pid);
    Processes.reap(pid, true);
    Descriptors.close(pidfd);
    supervisor.removeIfEmpty(command.group());
    exit.completeExceptionally(
        new HostException(HostException.Reason.IO, "Program " + pid + " could not be followed"));
  }

  private void take(boolean error, ByteBuffer bytes) {
    taking.lock();
    try {
      if (!refusing) {
        command.output().take(error, bytes);
      }
    } catch (RuntimeException | LinkageError e) {
      // A bundle that is gone can no longer load classes. The program must not suffer for it.
      refusing = true;
      LOG.warn("Output of program {} in {} is dropped from here on", pid, command.group(), e);
    } finally {
      taking.unlock();
    }
  }

  private void ended(Watch watch, Outlet out, Outlet err) {
    supervisor.ended(pid);
    int status = Processes.reap(pid, true);
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    CompletableFuture<Void> ending;
    synchronized (state) {
      ended = true;
      limit.cancel(false);
      watch.forget(pidfd, key);
      Descriptors.close(pidfd);
      ending = this.ending;
    }
    out.programEnded();
    err.programEnded();
    Future<?> linger =
        timers.after(
            LINGER,
            () -> {
              out.lingered();
              err.lingered();
            });
    CompletableFuture.allOf(out.settled(), err.settled(), ending)
        .whenComplete(
            (done, failure) -> {
              linger.cancel(false);
              finish(status, took, failure);
            });
  }

  private void finish(int status, Duration took, Throwable failure) {
    if (failure != null) {
      exit.completeExceptionally(failure);
      return;
    }
    supervisor.removeIfEmpty(command.group());
    cause.compareAndSet(null, HostExit.Cause.ITSELF);
    exit.complete(new HostExit(code(status), cause.get(), took));
  }

  /** As a shell tells it ({@code wait(2)} for the layout). */
  private static int code(int status) {
    int signal = status & 0x7f;
    return signal == 0 ? status >> 8 & 0xff : 128 + signal;
  }

  private void overtime() {
    CompletableFuture<Void> over = new CompletableFuture<>();
    synchronized (state) {
      if (ended || !cause.compareAndSet(null, HostExit.Cause.LIMIT)) {
        return;
      }
      ending = over;
    }
    try {
      supervisor.end(command.group(), command.grace());
      over.complete(null);
    } catch (IOException | HostException | RuntimeException e) {
      over.completeExceptionally(e);
      exit.completeExceptionally(e);
    }
  }

  String group() {
    return command.group();
  }

  /** Its end was asked for: that is why it will have ended, if it still runs. */
  void endIsAsked() {
    synchronized (state) {
      if (!ended) {
        cause.compareAndSet(null, HostExit.Cause.ENDED);
      }
    }
  }

  /** The service stops following it. */
  void abandon() {
    exit.completeExceptionally(
        new HostException(
            HostException.Reason.IO,
            "The service stops; what it started in " + command.group() + " goes on"));
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public CompletionStage<HostExit> exit() {
    return exit.copy();
  }

  @Override
  public void end(Duration grace) throws HostException {
    endIsAsked();
    try {
      supervisor.end(command.group(), grace);
    } catch (IOException e) {
      throw CommandCheck.failed("ending " + command.group(), e);
    }
  }

  @Override
  public int handOver(String group) throws HostException {
    synchronized (state) {
      if (!ended) {
        throw new HostException(
            HostException.Reason.BUSY,
            "Program " + pid + " in " + command.group() + " still runs; wait for its exit");
      }
    }
    try {
      return supervisor.move(command.group(), CommandCheck.group(group));
    } catch (IOException e) {
      throw CommandCheck.failed("moving " + command.group() + " to " + group, e);
    }
  }
}
