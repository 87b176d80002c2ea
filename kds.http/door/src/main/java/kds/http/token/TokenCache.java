package kds.http.token;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tokens whose signature was found good, by the token's SHA-256. It spares a signature check for
 * each small request. Belongs to one set of keys and goes with it. Thread-safe.
 */
final class TokenCache {
  private final Map<String, Verified> verified;

  TokenCache(int most) {
    verified =
        new LinkedHashMap<>(64, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Verified> eldest) {
            return size() > most;
          }
        };
  }

  synchronized @Nullable Verified get(String digest) {
    return verified.get(digest);
  }

  synchronized void put(String digest, Verified genuine) {
    verified.put(digest, genuine);
  }

  synchronized int size() {
    return verified.size();
  }
}
