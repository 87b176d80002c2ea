import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Four users who list, send 4 KiB and get it back, one call after another, with short breaks. */
final class Honest {
  private static final int USERS = 4;

  private final Service service;
  private final List<Long> times = new ArrayList<>();
  private String first = "";
  private int failed;

  Honest(Service service) {
    this.service = service;
  }

  /** How long calls took, in milliseconds. */
  record Times(long[] sorted, int failed, String first) {
    long at(double quantile) {
      int index = (int) Math.ceil(quantile * sorted.length) - 1;
      return sorted.length == 0 ? -1 : sorted[Math.max(0, index)];
    }

    int calls() {
      return sorted.length;
    }
  }

  Times run(int seconds) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < USERS; i++) {
      HttpClient client = service.client();
      String path = "/Downloads/honest-" + i;
      threads.add(
          Thread.startVirtualThread(
              () -> {
                while (System.nanoTime() < until) {
                  timed(client, service.request("/api/downloads?path=").build());
                  byte[] content = new byte[4096];
                  timed(
                      client,
                      service
                          .request(path + "?on_conflict=overwrite")
                          .PUT(BodyPublishers.ofByteArray(content))
                          .build());
                  timed(client, service.request(path).build());
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (int i = 0; i < USERS; i++) {
      Files.deleteIfExists(service.files().resolve("honest-" + i));
    }
    long[] sorted = times.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return new Times(sorted, failed, first);
  }

  private void timed(HttpClient client, HttpRequest request) {
    long began = System.nanoTime();
    String problem = "";
    try {
      int status = client.send(request, BodyHandlers.discarding()).statusCode();
      problem = status < 300 ? "" : request.method() + " was answered " + status;
      Thread.sleep(10);
    } catch (Exception e) {
      problem = request.method() + ": " + e;
    }
    synchronized (times) {
      times.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) - 10);
      if (!problem.isEmpty()) {
        failed++;
        first = first.isEmpty() ? problem : first;
      }
    }
  }
}
