package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import kds.http.files.FileRoutes;
import kds.http.files.Rehearsal;
import kds.http.route.Router;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.RequestLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The warm-up runs once, where it is wanted, and ends when it is told to. */
@Timeout(60)
final class WarmUpTest {
  private final SynchronousQueue<Thread> begun = new SynchronousQueue<>();
  private final AtomicInteger times = new AtomicInteger();

  @Test
  void runsOnceInTheLifeOfTheProcessAndOnlyWhereItIsWanted() throws Exception {
    for (Map<String, Object> unwanted :
        Set.<Map<String, Object>>of(Map.of("warm_up", false), Map.of("ssl", false))) {
      start(unwanted);
      assertThat(warmingThreads()).isEmpty();
    }
    WarmUp warmUp = start(Map.of());
    Thread thread = begun.poll(10, TimeUnit.SECONDS);
    assertThat(thread).isNotNull();
    warmUp.stop();
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
    start(Map.of());
    assertThat(warmingThreads()).isEmpty();
    assertThat(times).hasValue(1);
  }

  private WarmUp start(Map<String, Object> config) {
    WarmUp warmUp = new WarmUp(new Calls(), TestDoor.config(config));
    warmUp.start();
    return warmUp;
  }

  private static Set<Thread> warmingThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("kds-http-warm-up"))
        .collect(Collectors.toSet());
  }

  private final class Calls implements Inner {
    @Override
    public Handler handler() {
      throw new AssertionError("The warm-up has no business with real files.");
    }

    @Override
    public Handler rehearsal() {
      times.incrementAndGet();
      try {
        begun.put(Thread.currentThread());
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return new Router(FileRoutes.all(Clock.systemUTC()), Rehearsal.GATES);
    }

    @Override
    public boolean busy() {
      return false;
    }

    @Override
    public RequestLog accessLog() {
      throw new AssertionError("The warm-up has no business with the log.");
    }
  }
}
