package kds.scripts;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kds.api.script.RunListener;
import kds.api.script.ScriptRun;

/** Keeps what it is told. */
final class Listener implements RunListener {
  final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  final CompletableFuture<ScriptRun> end = new CompletableFuture<>();

  @Override
  public void line(String line) {
    lines.add(line);
  }

  @Override
  public void ended(ScriptRun run) {
    end.complete(run);
  }

  String next() throws InterruptedException {
    return lines.poll(20, TimeUnit.SECONDS);
  }

  ScriptRun end() throws Exception {
    return end.get(20, TimeUnit.SECONDS);
  }
}
