package kds.http.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Two clients: one keeps its connection, one connects anew for each request. */
final class Traffic implements AutoCloseable {
  final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  final AtomicInteger served = new AtomicInteger();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final List<Thread> threads = new ArrayList<>();

  Traffic(TestDoor door, String token) {
    threads.add(Thread.startVirtualThread(() -> run(() -> door.getAs(token, "/x").body())));
    threads.add(
        Thread.startVirtualThread(
            () ->
                run(
                    () ->
                        door.exchange(
                            "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization:"
                                + " Bearer "
                                + token
                                + "\r\n\r\n"))));
  }

  private void run(Callable<String> request) {
    while (!stopped.get()) {
      try {
        String answer = request.call();
        if (!answer.contains("subject=user-1")) {
          failures.add(answer);
        }
        served.incrementAndGet();
      } catch (Exception e) {
        failures.add(e.toString());
      }
    }
  }

  @Override
  public void close() {
    stopped.set(true);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
