package kds.core.host;

import kds.api.host.HostException;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.FileCalls;
import kds.core.host.linux.HostThread;
import kds.core.host.linux.HostThreads.Work;
import org.jspecify.annotations.Nullable;

/**
 * A file that is being written, as those see it who write it, reserve its space and make it
 * durable. Thread-safe.
 *
 * @param file open to write
 * @param inMemory whether it lies in a file system in memory, so that no device is waited for
 * @param terms whose it is
 * @param what what is being done, for messages
 */
record Target(Descriptor file, boolean inMemory, Terms terms, Workers workers, String what) {
  /** Asks the file system what it is: on a host thread. */
  static Target of(Descriptor file, Terms terms, Workers workers, String what) {
    return new Target(file, FileCalls.inMemory(file.number()), terms, workers, what);
  }

  /** Has something done with it that takes as long as the device does. */
  <T extends @Nullable Object> T move(Work<T> work) throws HostException {
    return workers.move(terms.uid(), file, work);
  }

  /** Has something done with it in the background; false when no thread is free for it. */
  boolean later(Work<?> work) {
    return workers.later(terms.uid(), file, work);
  }

  /** Makes a call as the user. */
  long as(HostThread thread, HostThread.Call call) {
    return thread.as(terms.identity(), call);
  }

  /** Lets what a call returned pass, unless it is {@code -errno}. */
  long require(long result) throws HostException {
    if (result < 0) {
      throw Failures.of(result, what);
    }
    return result;
  }
}
