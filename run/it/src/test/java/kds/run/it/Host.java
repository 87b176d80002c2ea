package kds.run.it;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Commands of the machine that the tests run on. */
final class Host {
  private static final Executor READERS = Executors.newVirtualThreadPerTaskExecutor();

  private static final Duration LIMIT = Duration.ofMinutes(10);

  private Host() {}

  /** Runs a command to its end, within ten minutes. */
  static Outcome run(String... command) throws IOException, InterruptedException {
    return run(List.of(command));
  }

  static Outcome run(List<String> command) throws IOException, InterruptedException {
    return run(LIMIT, new byte[0], command);
  }

  /** The output of a command that must succeed. */
  static String succeed(String... command) throws IOException, InterruptedException {
    return run(command).succeeded().output();
  }

  /** Runs a command to its end; what it started and is still there after the limit is killed. */
  static Outcome run(Duration limit, byte[] input, List<String> command)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).start();
    CompletableFuture<byte[]> output = read(process.getInputStream()::readAllBytes);
    CompletableFuture<byte[]> errors = read(process.getErrorStream()::readAllBytes);
    READERS.execute(() -> write(process.getOutputStream(), input));
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      kill(process);
      throw new AssertionError("Not done within " + limit + ": " + String.join(" ", command));
    }
    String said = new String(errors.join(), StandardCharsets.UTF_8).stripTrailing();
    return new Outcome(command, process.exitValue(), output.join(), said);
  }

  /** Kills it and all it started: what is below first, so that its parents can reap it. */
  static void kill(Process process) {
    process.descendants().toList().reversed().forEach(ProcessHandle::destroyForcibly);
    process
        .onExit()
        .completeOnTimeout(process, 1, TimeUnit.SECONDS)
        .thenAccept(Process::destroyForcibly)
        .join();
    process.onExit().join();
  }

  private static CompletableFuture<byte[]> read(Source source) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return source.read();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        READERS);
  }

  private static void write(OutputStream to, byte[] input) {
    try (to) {
      to.write(input);
    } catch (IOException ignored) {
      // The command did not want all of it; its exit code tells whether that matters.
    }
  }

  private interface Source {
    byte[] read() throws IOException;
  }
}
