package kds.scripts;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import kds.api.host.HostOutput;

/**
 * What one run writes: masked, kept at both ends, logged and told line by line. Its size in memory
 * does not depend on what comes.
 */
final class Output implements HostOutput {
  private final Excerpt excerpt = new Excerpt();
  private final List<Follower> followers = new CopyOnWriteArrayList<>();
  private final Consumer<String> log;
  private final Channel out;
  private final Channel err;
  private byte[] chunk = new byte[0];
  private long total;

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

  AutoCloseable follow(Consumer<String> to) {
    Follower follower = new Follower(to).begun();
    followers.add(follower);
    return () -> {
      followers.remove(follower);
      follower.close();
    };
  }

  private void line(String line) {
    for (Follower follower : followers) {
      follower.tell(line);
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
                excerpt.add(bytes, from, length);
                lines.feed(bytes, from, length);
              });
    }

    void flush() {
      mask.flush();
      lines.flush();
    }
  }
}
