package kds.core.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kds.core.gate.Generations;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRevision;

/** Installs and starts bundles beside those of the same name. */
final class Starter {
  /** What the location of each of the deployer's bundles begins with. */
  static final String LOCATION = "kds.deploy:";

  private final BundleContext context;
  private final Generations generations;
  private final Departures departures;
  private final Duration patience;
  private long installed;

  Starter(
      BundleContext context, Generations generations, Departures departures, Duration patience) {
    this.context = context;
    this.generations = generations;
    this.departures = departures;
    this.patience = patience;
  }

  /** Installs a bundle, on probation. The location is new each time: a jar may come back. */
  Arrival install(Jar jar, @Nullable Serving old) throws RejectedJarException {
    long began = System.nanoTime();
    String location = LOCATION + jar.symbolicName() + ":" + jar.digest() + ":" + unique();
    Bundle bundle;
    try (InputStream in = Files.newInputStream(jar.copy())) {
      bundle = context.installBundle(location, in);
    } catch (BundleException | IOException e) {
      throw new RejectedJarException("it cannot be installed: " + e.getMessage(), false);
    }
    generations.hold(bundle);
    List<String> contracts = contracts(bundle);
    if (!contracts.isEmpty()) {
      departures.discard(bundle);
      throw new RejectedJarException(
          "it exports " + contracts + ": contracts come from the bundle kds.api only", false);
    }
    return new Arrival(jar, bundle, old, began);
  }

  /** Starts a bundle and waits for that, within bounds. */
  void start(Bundle bundle) throws RejectedJarException {
    CompletableFuture<Void> started = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("kds-start " + bundle.getSymbolicName() + " " + bundle.getVersion())
        .inheritInheritableThreadLocals(false)
        .start(() -> start(bundle, started));
    try {
      started.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // Nothing can end it; as soon as it ends by itself, it goes.
      started.whenComplete((done, failure) -> departures.discard(bundle));
      throw new RejectedJarException(
          "it did not start within " + patience.toSeconds() + " s", false);
    } catch (ExecutionException e) {
      departures.discard(bundle);
      throw rejection(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      departures.discard(bundle);
      throw new RejectedJarException("the service is being stopped", false);
    }
  }

  private static void start(Bundle bundle, CompletableFuture<Void> started) {
    try {
      bundle.start();
      started.complete(null);
    } catch (BundleException | RuntimeException | LinkageError e) {
      started.completeExceptionally(e);
    }
  }

  private static RejectedJarException rejection(Throwable cause) {
    if (cause instanceof BundleException e && e.getType() == BundleException.RESOLVE_ERROR) {
      return new RejectedJarException("it lacks something: " + e.getMessage(), true);
    }
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new RejectedJarException("it failed to start: " + root, false);
  }

  private static List<String> contracts(Bundle bundle) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    return revision.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE).stream()
        .map(c -> String.valueOf(c.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE)))
        .filter(name -> name.equals("kds.api") || name.startsWith("kds.api."))
        .toList();
  }

  /** Never comes twice, also when the kernel was restarted meanwhile. */
  private String unique() {
    return System.nanoTime() + "-" + ++installed;
  }
}
