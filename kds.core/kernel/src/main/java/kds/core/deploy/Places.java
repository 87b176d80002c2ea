package kds.core.deploy;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/**
 * The folders of the deployer, as the launcher names them in the framework's properties.
 *
 * @param deploy where the operator puts bundles ({@code kds.deploy})
 * @param shipped where the bundles are that came with the service ({@code kds.bundle})
 * @param store where private copies are kept while they are needed ({@code kds.state}/deploy)
 */
record Places(Path deploy, Path shipped, Path store) {
  static Places of(BundleContext context) {
    return new Places(
        folder(context, "kds.deploy"),
        folder(context, "kds.bundle"),
        folder(context, "kds.state").resolve("deploy"));
  }

  private static Path folder(BundleContext context, String property) {
    @Nullable String value = context.getProperty(property);
    if (value == null || value.isBlank()) {
      throw new IllegalStateException(
          "The framework property " + property + " is not set: the launcher names a folder there");
    }
    return Path.of(value).toAbsolutePath();
  }
}
