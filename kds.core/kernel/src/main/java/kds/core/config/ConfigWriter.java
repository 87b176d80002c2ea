package kds.core.config;

import java.io.IOException;
import java.util.Map;

/**
 * Writes into config.yaml what the service itself learns: {@code registered}, {@code server_id},
 * {@code multi_user}, {@code user_sso}. A service within the kernel, implemented by {@link
 * ConfigService}; thread-safe.
 */
public interface ConfigWriter {
  /**
   * Changes these keys and nothing else: comments, order, alignment, owner and mode stay. Atomic,
   * and what an administrator writes at the same time is kept. Returns when the new values have
   * been fed.
   *
   * @param values documented keys and their values: Boolean, Integer or String
   * @throws IOException when the file cannot be written; the message says why
   * @throws IllegalArgumentException for a key that is not documented, or a value it cannot have
   */
  void write(Map<String, Object> values) throws IOException;
}
