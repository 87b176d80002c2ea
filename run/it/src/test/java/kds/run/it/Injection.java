package kds.run.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes calls of the running service fail, as a broken device would, until it is closed. */
final class Injection implements AutoCloseable {
  private final Process strace;

  private Injection(Process strace) {
    this.strace = strace;
  }

  /**
   * Begins.
   *
   * @param call the system call
   * @param error as {@code EIO}
   * @param when which calls of each thread, as {@code 1+}, {@code 2}
   * @param path only calls on this file or folder; null for all
   */
  static Injection into(String pid, String call, String error, String when, Path path)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("strace", "-f", "-p", pid, "-o", "/dev/null"));
    words.addAll(List.of("-e", "trace=" + call));
    words.addAll(List.of("-e", "inject=" + call + ":error=" + error + ":when=" + when));
    if (path != null) {
      words.addAll(List.of("-P", path.toString()));
    }
    Process strace = new ProcessBuilder(words).redirectErrorStream(true).start();
    BufferedReader says = strace.inputReader();
    String line = says.readLine();
    while (line != null && line.contains("resolved into")) {
      line = says.readLine();
    }
    if (line == null || !line.contains("attached")) {
      strace.destroy();
      throw new IllegalStateException("strace did not attach: " + line);
    }
    Thread.ofVirtual().start(() -> drain(says));
    return new Injection(strace);
  }

  private static void drain(BufferedReader says) {
    try (says) {
      while (says.readLine() != null) {
        // Nobody wants to know.
      }
    } catch (IOException e) {
      // It has ended.
    }
  }

  @Override
  public void close() {
    strace.destroy();
    strace.onExit().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
