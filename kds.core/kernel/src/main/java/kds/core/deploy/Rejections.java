package kds.core.deploy;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Jars that were tried and failed. None is tried again as long as it lies there unchanged, except
 * one that lacked something which another bundle may have brought since.
 */
final class Rejections {
  private final Map<String, RejectedJarException> byDigest = new HashMap<>();

  void add(Jar jar, RejectedJarException why) {
    byDigest.put(jar.digest(), why);
  }

  boolean has(Jar jar) {
    return byDigest.containsKey(jar.digest());
  }

  @Nullable String reason(Jar jar) {
    RejectedJarException why = byDigest.get(jar.digest());
    return why == null ? null : why.getMessage();
  }

  void keepOnly(Set<String> digests) {
    byDigest.keySet().retainAll(digests);
  }

  /**
   * Another bundle has come: what was lacking may be there.
   *
   * @return whether there is any to be tried again
   */
  boolean reconsiderUnresolved() {
    return byDigest.values().removeIf(RejectedJarException::unresolved);
  }
}
