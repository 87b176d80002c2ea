package kds.core.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.util.tracker.ServiceTracker;

/**
 * A real framework (Felix) inside the test's JVM, with real Config Admin, Metatype and SCR when
 * asked for.
 *
 * <pre>{@code
 * try (Framework framework = Framework.with(Map.of("kds.config", file.toString())).standard()) {
 *   Bundle kernel = framework.install(SomeKernelClass.class);      // jar or classes folder it is in
 *   Bundle toy = framework.toy("acme.toy").classes(Toy.class).start();
 *   Supplier<?> service = framework.service(Supplier.class, "(toy=1)");
 * }
 * }</pre>
 *
 * <p>Test and bundles share the classes of {@link #SHARED}: the framework exports them from the
 * test's class path. Anything else that both sides touch must be a JDK type, or be added by {@link
 * #with(Map, String...)}.
 */
public final class Framework implements AutoCloseable {
  /** How long an event is waited for before the test fails. */
  public static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final List<String> SHARED =
      List.of(
          "org.osgi.service.cm;version=1.6.1",
          "org.osgi.service.log;version=1.5.0",
          "org.osgi.service.component;version=1.5.1",
          "org.osgi.service.component.runtime;version=1.5.0",
          "org.osgi.service.component.runtime.dto;version=1.5.0",
          "org.osgi.util.promise;version=1.3.0",
          "org.osgi.util.function;version=1.2.0");

  private static final String SLF4J = "org.slf4j;org.slf4j.spi;org.slf4j.event;version=2.0.6";

  private final org.osgi.framework.launch.Framework felix;
  private final Path folder;

  private Framework(org.osgi.framework.launch.Framework felix, Path folder) {
    this.felix = felix;
    this.folder = folder;
  }

  /**
   * Starts an empty framework.
   *
   * @param properties framework properties, as {@code kds.config}; the folders of the deployer are
   *     empty ones unless told otherwise
   * @param shared further packages that the bundles get from the test's class path, as {@code
   *     kds.api.capability;version=1.0.0} (then do not install kds.api as well)
   */
  public static Framework with(Map<String, String> properties, String... shared) {
    return start(properties, SLF4J + "," + String.join(",", shared));
  }

  /** Starts one that leaves SLF4J to a logging bundle. */
  public static Framework withOwnLogging(Map<String, String> properties) {
    return start(properties, "");
  }

  private static Framework start(Map<String, String> properties, String shared) {
    try {
      Path folder = Files.createTempDirectory("kds-framework");
      Map<String, String> all = new LinkedHashMap<>();
      for (String name : List.of("bundle", "deploy", "state", "run")) {
        all.put("kds." + name, Files.createDirectory(folder.resolve(name)).toString());
      }
      all.putAll(properties);
      all.put(Constants.FRAMEWORK_STORAGE, folder.resolve("cache").toString());
      all.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
      all.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
      all.put(
          Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
          (String.join(",", SHARED) + "," + shared).replaceAll(",+$", ""));
      var felix = new org.apache.felix.framework.FrameworkFactory().newFramework(all);
      felix.start();
      Framework framework = new Framework(felix, folder);
      Runtime.getRuntime().addShutdownHook(new Thread(framework::close)); // If a test forgets.
      return framework;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (BundleException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Installs and starts Config Admin, Metatype and SCR, and Jackson, which the kernel imports. */
  public Framework standard() {
    install("jackson-annotations");
    install("jackson-core");
    install("jackson-databind");
    install("org.apache.felix.configadmin");
    install("org.apache.felix.metatype");
    install("org.apache.felix.scr");
    return this;
  }

  /** The system bundle's context. */
  public BundleContext context() {
    return felix.getBundleContext();
  }

  /** A folder that goes when the framework is closed. */
  public Path folder() {
    return folder;
  }

  /** Starts the bundle of this artifact of the test's class path. */
  public Bundle install(String artifact) {
    for (String entry : System.getProperty("java.class.path").split(":")) {
      if (Path.of(entry).getFileName().toString().matches(artifact + "-[0-9].*\\.jar")) {
        return startNew(Path.of(entry));
      }
    }
    throw new IllegalArgumentException(artifact + " is not on the test's class path");
  }

  /** Starts the bundle that this class is part of: a jar, or a module's classes folder. */
  public Bundle install(Class<?> member) {
    try {
      return startNew(Path.of(member.getProtectionDomain().getCodeSource().getLocation().toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Begins a bundle made of classes of the test. */
  public ToyBundle toy(String symbolicName) {
    return new ToyBundle(this, symbolicName);
  }

  /** Installs and starts a jar or an unpacked bundle. */
  public Bundle startNew(Path bundle) {
    try {
      Bundle installed = installNew(bundle);
      installed.start();
      return installed;
    } catch (BundleException e) {
      throw new IllegalStateException(bundle + ": " + e.getMessage(), e);
    }
  }

  /** Installs a jar or an unpacked bundle. */
  public Bundle installNew(Path bundle) throws BundleException {
    String location = bundle.toUri().toString();
    return context().installBundle(Files.isDirectory(bundle) ? "reference:" + location : location);
  }

  /** A service of this type, awaited. */
  public <T> T service(Class<T> type) {
    return service(type, "(objectClass=*)");
  }

  /**
   * A service of this type and filter, awaited; fails when none comes. It is held until the
   * framework ends, so that a delayed component stays alive.
   */
  public <T> T service(Class<T> type, String filter) {
    try {
      var whole = "(&(objectClass=" + type.getName() + ")" + filter + ")";
      ServiceTracker<T, T> tracker =
          new ServiceTracker<>(context(), context().createFilter(whole), null);
      tracker.open(true);
      try {
        if (tracker.waitForService(PATIENCE.toMillis()) == null) {
          throw new AssertionError("No service " + whole + " within " + PATIENCE + "\n" + state());
        }
        return context().getService(tracker.getServiceReference());
      } finally {
        tracker.close();
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Whether a service of this type name and filter is there now. */
  public boolean has(String type, String filter) {
    try {
      var references = context().getAllServiceReferences(type, filter);
      return references != null && references.length > 0;
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** What is installed, for failure messages. */
  public String state() {
    return java.util.Arrays.stream(context().getBundles())
        .map(b -> b.getBundleId() + " " + b.getSymbolicName() + " state " + b.getState())
        .collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    try {
      felix.stop();
      felix.waitForStop(PATIENCE.toMillis());
      if (Files.exists(folder)) {
        Files.walkFileTree(folder, new Deletion());
      }
    } catch (BundleException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException problem) throws IOException {
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
