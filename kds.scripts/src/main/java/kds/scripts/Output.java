package kds.scripts;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import kds.api.host.HostOutput;
import kds.api.script.RunListener;
import kds.api.script.ScriptRun;
import org.jspecify.annotations.Nullable;

/**
 * What one run writes: masked, kept at both ends, logged and told line by line. Its size in memory
 * does not depend on what comes. Thread-safe.
 */
final class Output implements HostOutput {
  private final List<Follower> followers = new ArrayList<>();
  private final Consumer<String> log;
  private final Channel out;
  private final Channel err;
  private Excerpt excerpt = new Excerpt();
  private Transcript transcript = new Transcript();
  private byte[] chunk = new byte[0];
  private long total;
  private @Nullable ScriptRun over;
  private boolean forgotten;

  Output(List<String> secrets, Consumer<String> log) {
    this.log = log;
    out = new Channel(secrets);
    err = new Channel(secrets);
  }

  @Override
  public synchronized void take(boolean error, ByteBuffer bytes) {
    int length = bytes.remaining();
    if (chunk.length < length) {
      chunk = new byte[length];
    }
    bytes.get(chunk, 0, length);
    total += length;
    (error ? err : out).mask.feed(chunk, length);
  }

  /** The script has ended: what was held back is told. Its children may write more. */
  synchronized void flush() {
    out.flush();
    err.flush();
    chunk = new byte[0];
  }

  synchronized long total() {
    return total;
  }

  synchronized String head() {
    return Visible.lines(excerpt.head());
  }

  synchronized String tail() {
    return Visible.lines(excerpt.tail());
  }

  /** What is kept of the bytes. */
  synchronized Kept kept() {
    return new Kept(excerpt.head(), excerpt.leftOut(), excerpt.tail());
  }

  /** What is kept of the bytes: the first, how many are left out, and the last. */
  record Kept(byte[] head, long leftOut, byte[] tail) {
    static final Kept NOTHING = new Kept(new byte[0], 0, new byte[0]);

    /** The first and the last, one after the other. */
    byte[] bytes() {
      byte[] all = Arrays.copyOf(head, head.length + tail.length);
      System.arraycopy(tail, 0, all, head.length, tail.length);
      return all;
    }
  }

  /**
   * Tells somebody the lines so far, then those to come, none twice and none lost in between.
   *
   * @return empty when they are forgotten here
   */
  synchronized Optional<AutoCloseable> follow(RunListener to) {
    if (forgotten) {
      return Optional.empty();
    }
    Follower follower = new Follower(to, transcript.lines());
    if (over != null) {
      follower.end(over);
    } else {
      followers.add(follower);
    }
    follower.begun();
    return Optional.of(() -> leave(follower));
  }

  private synchronized void leave(Follower follower) {
    followers.remove(follower);
    follower.close();
  }

  /** The run is over. What children of it still write is only logged. */
  synchronized void end(ScriptRun run) {
    over = run;
    followers.forEach(each -> each.end(run));
    followers.clear();
  }

  /** Nobody asks any more: what is kept is elsewhere by now. */
  synchronized void forget() {
    forgotten = true;
    excerpt = new Excerpt();
    transcript = new Transcript();
  }

  synchronized boolean isForgotten() {
    return forgotten;
  }

  private void bytes(byte[] bytes, int from, int length) {
    if (over == null) {
      excerpt.add(bytes, from, length);
    }
  }

  private void line(String line) {
    if (over == null) {
      transcript.add(line);
      for (Follower follower : followers) {
        follower.tell(line);
      }
    }
    log.accept(line);
  }

  /** Standard output and standard error do not mix within a line, nor within a secret. */
  private final class Channel {
    private final Lines lines = new Lines(Output.this::line);
    private final Mask mask;

    Channel(List<String> secrets) {
      mask =
          new Mask(
              secrets,
              (bytes, from, length) -> {
                bytes(bytes, from, length);
                lines.feed(bytes, from, length);
              });
    }

    void flush() {
      mask.flush();
      lines.flush();
    }
  }
}
