package kds.core.deploy;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import kds.api.capability.Lease;
import kds.core.toy.Toy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A hundred replacements while calls run, short ones and ones that outlive several of them. */
class SwapUnderLoadTest {
  private static final Logger LOG = LoggerFactory.getLogger(SwapUnderLoadTest.class);
  private static final int SWAPS = 100;
  private static final int CALLERS = 4;
  private static final int STREAMS = 6;

  @TempDir Path home;
  private Rig rig;
  private final Progress progress = new Progress();
  private final Set<String> versions = ConcurrentHashMap.newKeySet();
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger streams = new AtomicInteger();
  private final ConcurrentLinkedQueue<Long> waits = new ConcurrentLinkedQueue<>();
  private long quiet;

  @BeforeEach
  void open() throws Exception {
    rig = new Rig(home);
    rig.drop(rig.toys.good("1.0.0"), rig.shipped, "kds.toy.jar");
    rig.start();
  }

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  @Test
  void aHundredSwapsUnderLoadFailNoCallBreakNoStreamAndLeaveNothingBehind() throws Exception {
    for (int i = 1; i <= 5; i++) {
      rig.swapTo("0.9." + i); // So that what is made once is there before counting begins.
    }
    rig.eventually(() -> rig.bundles("toy").size() == 1);
    freeMemory();
    int descriptors = descriptors();
    Set<String> threads = threads();
    List<WeakReference<ClassLoader>> loaders = swapUnderLoad();

    rig.eventually(() -> rig.bundles("toy").size() == 1);
    assertThat(failures).as("failed calls and broken streams").isEmpty();
    assertThat(versions).as("versions seen").hasSize(SWAPS);
    assertThat(streams.get()).as("streams that outlived at least 3 swaps").isGreaterThan(100);
    report();
    rig.eventually(() -> freeMemory() && leftOver(loaders) == 0);
    rig.eventually(() -> freeMemory() && descriptors() <= descriptors);
    rig.eventually(() -> newOf(threads).isEmpty());
    LOG.info(
        "Left behind: class loaders {} of {}, descriptors {} (before {}), threads {}",
        leftOver(loaders),
        loaders.size(),
        descriptors(),
        descriptors,
        newOf(threads));
  }

  private List<WeakReference<ClassLoader>> swapUnderLoad() throws Exception {
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    List<Thread> load = new ArrayList<>();
    Stream.generate(() -> Thread.ofPlatform().name("caller").start(this::call))
        .limit(CALLERS)
        .forEach(load::add);
    Stream.generate(() -> Thread.ofVirtual().start(this::stream)).limit(STREAMS).forEach(load::add);
    load.add(Thread.ofVirtual().start(this::streamThroughAll));
    TimeUnit.SECONDS.sleep(2); // The same load without a swap, to compare with.
    quiet = waits.stream().max(Long::compare).orElseThrow();
    waits.clear();
    for (int i = 1; i <= SWAPS; i++) {
      loaders.add(loader());
      String version = "1.0." + i;
      rig.swapTo(version);
      rig.eventually(() -> versions.contains(version));
      progress.next();
    }
    progress.end();
    for (Thread thread : load) {
      thread.join();
    }
    return loaders;
  }

  /** The loader of the generation that is about to be replaced. */
  private WeakReference<ClassLoader> loader() throws Exception {
    try (Lease<Toy> lease = rig.enter().get(10, SECONDS)) {
      return new WeakReference<>(lease.service().getClass().getClassLoader());
    }
  }

  private void call() {
    while (!progress.ended()) {
      long began = System.nanoTime();
      try (Lease<Toy> lease = rig.enter().get(10, SECONDS)) {
        String version = lease.service().version();
        long took = System.nanoTime() - began;
        if (calls.incrementAndGet() % 16 == 0 || took > 1_000_000) {
          waits.add(took);
        }
        if (version.startsWith("1.")) {
          versions.add(version);
        }
        assertThat(lease.version()).isEqualTo(version);
      } catch (Throwable e) {
        failures.add(e);
      }
      LockSupport.parkNanos(200_000);
    }
  }

  private void stream() {
    while (!progress.ended()) {
      outlive(3);
    }
  }

  private void streamThroughAll() {
    outlive(SWAPS);
  }

  /** A call that goes on for some swaps and then needs a class that its bundle never loaded. */
  private void outlive(int swaps) {
    try (Lease<Toy> lease = rig.enter().get(10, SECONDS)) {
      int began = progress.swaps();
      progress.await(began + swaps);
      assertThat(lease.service().late()).isEqualTo("late " + lease.version());
      if (progress.swaps() >= began + swaps) {
        streams.incrementAndGet();
      }
    } catch (Throwable e) {
      failures.add(e);
    }
  }

  @Test
  void controlAnUpdateInPlaceBreaksARunningStream() throws Exception {
    Bundle bundle = rig.bundles("toy").getFirst();
    try (Lease<Toy> stream = rig.enter().get(10, SECONDS)) {
      try (InputStream in = Files.newInputStream(rig.toys.good("1.0.1"))) {
        bundle.update(in);
      }
      Throwable broken = catchThrowable(() -> stream.service().late());
      assertThat(broken).isInstanceOf(LinkageError.class);
      LOG.info("Control, update in place: {}", broken.toString());
    }
  }

  private void report() {
    List<Long> sorted = waits.stream().sorted().toList();
    LOG.info(
        "{} swaps: {} calls, 0 failed; {} streams outlived >= 3 swaps, 0 broken; {} versions seen;"
            + " worst wait of a call {} µs (2 s of the same load without swaps: {} µs)",
        SWAPS,
        calls.get(),
        streams.get(),
        versions.size(),
        sorted.getLast() / 1_000,
        quiet / 1_000);
  }

  private static boolean freeMemory() {
    System.gc();
    return true;
  }

  private static long leftOver(List<WeakReference<ClassLoader>> loaders) {
    return loaders.stream().filter(loader -> loader.get() != null).count();
  }

  private static int descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return (int) open.count();
    }
  }

  private static Set<String> threads() {
    Set<String> names = ConcurrentHashMap.newKeySet();
    Thread.getAllStackTraces().keySet().forEach(t -> names.add(t.threadId() + " " + t.getName()));
    return names;
  }

  /** Threads that were not there before; those of the JVM's own pools come as they like. */
  private static List<String> newOf(Set<String> before) {
    return threads().stream()
        .filter(t -> !before.contains(t))
        .filter(
            t ->
                !t.contains("ForkJoinPool")
                    && !t.contains("Timeout")
                    && !t.contains("VirtualThread"))
        .toList();
  }

  /** How many swaps there have been, for streams that wait for some. */
  private static final class Progress {
    private int swaps;
    private boolean ended;

    synchronized void next() {
      swaps++;
      notifyAll();
    }

    synchronized void end() {
      ended = true;
      notifyAll();
    }

    synchronized int swaps() {
      return swaps;
    }

    synchronized boolean ended() {
      return ended;
    }

    synchronized void await(int wanted) throws InterruptedException {
      while (swaps < wanted && !ended) {
        wait();
      }
    }
  }
}
