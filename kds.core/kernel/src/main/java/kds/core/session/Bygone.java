package kds.core.session;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Which sessions ended, and when, in few bytes: there may be very many. Thread-safe. */
final class Bygone {
  /**
   * When a session ended.
   *
   * @param ended by the clock, in milliseconds
   * @param since by {@link System#nanoTime()}; 0 in an earlier life of the service
   */
  private record End(long ended, long since) {
    boolean isOlder(Duration keep, Instant before) {
      return ended < before.toEpochMilli()
          && (since == 0 || System.nanoTime() - since >= keep.toNanos());
    }
  }

  private final Map<UUID, End> ends = new ConcurrentHashMap<>();

  /**
   * Adds one.
   *
   * @param since when it was over, by {@link System#nanoTime()}; 0 in an earlier life
   */
  void add(SessionRecord record, long since) {
    Instant ended = record.ended() == null ? record.started() : record.ended();
    UUID id = UUID.fromString(record.session().kasmId());
    ends.put(id, new End(ended.toEpochMilli(), since));
  }

  boolean knows(String kasmId) {
    UUID id = id(kasmId);
    return id != null && ends.containsKey(id);
  }

  void remove(String kasmId) {
    ends.remove(UUID.fromString(kasmId));
  }

  List<String> olderThan(Duration keep, Instant before) {
    return ends.entrySet().stream()
        .filter(entry -> entry.getValue().isOlder(keep, before))
        .map(entry -> entry.getKey().toString())
        .toList();
  }

  int size() {
    return ends.size();
  }

  private static @Nullable UUID id(String kasmId) {
    try {
      return UUID.fromString(kasmId);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
