package kds.http.whiteboard;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.eclipse.jetty.util.thread.ThreadPool;

/** A thread pool for a server that serves nobody itself: no thread until someone asks for one. */
final class NoThreads implements ThreadPool {
  private final Executor virtual = Executors.newVirtualThreadPerTaskExecutor();

  @Override
  public void execute(Runnable task) {
    virtual.execute(task);
  }

  @Override
  public void join() {
    // Nobody waits for it.
  }

  @Override
  public int getThreads() {
    return 0;
  }

  @Override
  public int getIdleThreads() {
    return 0;
  }

  @Override
  public boolean isLowOnThreads() {
    return false;
  }
}
