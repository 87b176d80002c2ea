package kds.http.token;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Claims of tokens whose signature was found good, by the token's SHA-256. It spares a signature
 * check for each small request. Belongs to one set of keys and goes with it. Thread-safe.
 */
final class TokenCache {
  private final Map<String, JsonNode> claims;

  TokenCache(int most) {
    claims =
        new LinkedHashMap<>(64, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, JsonNode> eldest) {
            return size() > most;
          }
        };
  }

  synchronized @Nullable JsonNode get(String digest) {
    return claims.get(digest);
  }

  synchronized void put(String digest, JsonNode genuine) {
    claims.put(digest, genuine);
  }

  synchronized int size() {
    return claims.size();
  }
}
