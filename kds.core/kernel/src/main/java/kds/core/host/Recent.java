package kds.core.host;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Answers that hold for a while, the last ones asked for. Thread-safe. */
final class Recent<K, V> {
  private final long nanos;
  private final Map<K, Kept<V>> entries;

  /**
   * Makes one.
   *
   * @param life how long an answer holds
   * @param most how many are kept
   */
  Recent(Duration life, int most) {
    this.nanos = life.toNanos();
    this.entries =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<K, Kept<V>> eldest) {
            return size() > most;
          }
        };
  }

  private record Kept<V>(V value, long since) {}

  /** The answer, if there is one that still holds. */
  synchronized Optional<V> get(K key) {
    Kept<V> entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    if (System.nanoTime() - entry.since > nanos) {
      entries.remove(key);
      return Optional.empty();
    }
    return Optional.of(entry.value);
  }

  /** Forgets an answer. */
  synchronized void remove(K key) {
    entries.remove(key);
  }

  /** Forgets all answers. */
  synchronized void clear() {
    entries.clear();
  }

  /** Keeps an answer. */
  synchronized void put(K key, V value) {
    entries.remove(key);
    entries.put(key, new Kept<>(value, System.nanoTime()));
  }
}
