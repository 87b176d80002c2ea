package kds.core.session;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The marks of tokens that are refused, see {@link TokenMarks}, in few bytes each. Two sessions may
 * have come with the same token. Thread-safe.
 */
final class Marks {
  /** The first half of a digest: 128 bits, which nobody meets by chance. */
  private record Mark(long high, long low) {
    static Mark of(String digest) {
      return new Mark(
          Long.parseUnsignedLong(digest, 0, 16, 16), Long.parseUnsignedLong(digest, 16, 32, 16));
    }
  }

  private final Map<Mark, Integer> counts = new ConcurrentHashMap<>();

  void add(Collection<String> digests) {
    digests.forEach(digest -> counts.merge(Mark.of(digest), 1, Integer::sum));
  }

  void remove(Collection<String> digests) {
    digests.forEach(
        digest -> counts.computeIfPresent(Mark.of(digest), (_, n) -> n == 1 ? null : n - 1));
  }

  boolean contains(String digest) {
    return counts.containsKey(Mark.of(digest));
  }
}
