package kds.storage.transfer;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;

/** Configurations as Declarative Services makes them: what is set, defaults for the rest. */
final class Configs {
  private Configs() {}

  /** One with the given members set. */
  static TransferConfig of(Map<String, Object> set) {
    set.keySet().forEach(Configs::requireMember);
    return (TransferConfig)
        Proxy.newProxyInstance(
            TransferConfig.class.getClassLoader(),
            new Class<?>[] {TransferConfig.class},
            (_, method, _) -> set.getOrDefault(method.getName(), method.getDefaultValue()));
  }

  /** The settings with the given members set. */
  static Settings settings(Map<String, Object> set) {
    return Settings.of(of(set));
  }

  private static void requireMember(String name) {
    for (Method method : TransferConfig.class.getDeclaredMethods()) {
      if (method.getName().equals(name)) {
        return;
      }
    }
    throw new IllegalArgumentException("There is no setting " + name);
  }
}
