package kds.run.it;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that goes on while a test does other things, and whose lines are the events that the
 * test waits for. Standard output and standard error come as one.
 */
final class Running implements AutoCloseable {
  private static final String END = "\0the end";

  private final List<String> command;
  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private Running(List<String> command, Process process) {
    this.command = command;
    this.process = process;
  }

  /** Starts a command of the host and copies what it prints to a file. */
  static Running start(Path log, List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Running running = new Running(command, process);
    Thread.ofVirtual().start(() -> running.read(log));
    return running;
  }

  private void read(Path log) {
    try (BufferedReader from = process.inputReader();
        BufferedWriter to = Files.newBufferedWriter(log)) {
      for (String line = from.readLine(); line != null; line = from.readLine()) {
        to.append(line).append('\n').flush();
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("No more can be read of it: " + e);
    } finally {
      lines.add(END);
    }
  }

  Process process() {
    return process;
  }

  /** Writes a line to the process's standard input. */
  void say(String line) {
    try {
      process.outputWriter().append(line).append('\n').flush();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to " + this, e);
    }
  }

  /** The first line from here on in which the pattern is found; lines before it are passed over. */
  Matcher await(String pattern, Duration limit) throws InterruptedException {
    Pattern wanted = Pattern.compile(pattern);
    List<String> passed = new ArrayList<>();
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      String line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null || line.equals(END)) {
        String why = line == null ? "within " + limit : "before it ended";
        throw new AssertionError(
            "%s did not say '%s' %s:%n%s".formatted(this, pattern, why, String.join("\n", passed)));
      }
      Matcher matcher = wanted.matcher(line);
      if (matcher.find()) {
        return matcher;
      }
      passed.add(line);
    }
  }

  /** Waits until it ends by itself. */
  int awaitEnd(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit)) {
      throw new AssertionError(this + " did not end within " + limit);
    }
    return process.exitValue();
  }

  /** Kills it and all it started. */
  @Override
  public void close() {
    Host.kill(process);
  }

  @Override
  public String toString() {
    return String.join(" ", command);
  }
}
