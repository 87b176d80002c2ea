package kds.http.guard;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts bad tokens by address and bans an address that sent too many, for a while. What a ban
 * means is for the caller to decide. Thread-safe.
 *
 * <p>An IPv6 client owns a whole /64 and is counted by it. The memory is bounded: when more
 * addresses misbehave than are kept, the one longest quiet is forgotten.
 */
public final class Bans {
  private static final Logger LOG = LoggerFactory.getLogger(Bans.class);

  /** How many addresses are remembered: about 2 MB. */
  static final int MOST_ADDRESSES = 10_000;

  /**
   * When to ban.
   *
   * @param attempts this many bad tokens, 0 = never
   * @param window within this time
   * @param ban for this long
   */
  public record Rules(int attempts, Duration window, Duration ban) {}

  private static final class Record {
    private int failures;
    private long since;
    private long bannedUntil;
    private boolean banned;
  }

  private final LongSupplier nanos;
  private final Map<ByteBuffer, Record> records =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Record> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  /**
   * Makes an empty one.
   *
   * @param nanos the clock, as {@link System#nanoTime}
   */
  public Bans(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** How long an address is still banned; zero when it is not. */
  public synchronized Duration left(InetAddress address, Rules rules) {
    Record record = rules.attempts() == 0 ? null : records.get(Network.client(address));
    if (record == null || !record.banned) {
      return Duration.ZERO;
    }
    long left = record.bannedUntil - nanos.getAsLong();
    if (left > 0) {
      return Duration.ofNanos(left);
    }
    records.remove(Network.client(address));
    return Duration.ZERO;
  }

  /** Counts a bad token. Those that come during a ban do not lengthen it. */
  public void failed(InetAddress address, Rules rules) {
    if (rules.attempts() > 0 && count(address, rules)) {
      LOG.warn(
          "{} bad tokens from {} within {} s: its bad or missing tokens are answered with 429 for"
              + " {} s",
          rules.attempts(),
          address.getHostAddress(),
          rules.window().toSeconds(),
          rules.ban().toSeconds());
    }
  }

  private synchronized boolean count(InetAddress address, Rules rules) {
    long now = nanos.getAsLong();
    Record record = records.computeIfAbsent(Network.client(address), k -> new Record());
    if (record.banned && record.bannedUntil - now > 0) {
      return false;
    }
    if (record.banned || record.failures == 0 || now - record.since > rules.window().toNanos()) {
      record.banned = false;
      record.failures = 0;
      record.since = now;
    }
    record.failures++;
    if (record.failures < rules.attempts()) {
      return false;
    }
    record.banned = true;
    record.bannedUntil = now + rules.ban().toNanos();
    return true;
  }

  synchronized int size() {
    return records.size();
  }
}
