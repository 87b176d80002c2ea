package kds.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import kds.api.host.TrustedFiles;
import kds.core.testing.Framework;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.framework.Bundle;
import org.yaml.snakeyaml.Yaml;

/** The kernel's bundle in a framework, with a configuration file of its own. */
final class Kernel implements AutoCloseable {
  final Framework framework;
  final Path file;
  private Bundle kernel;

  private Kernel(Framework framework, Path file) {
    this.framework = framework;
    this.file = file;
  }

  /** A framework where everything but the kernel runs, and the file does not exist yet. */
  static Kernel prepare(Path folder) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = folder.resolve("config.yaml");
    Framework framework =
        Framework.with(
                Map.of("kds.config", file.toString()), "org.apache.felix.hc.api;version=2.0.4")
            .standard();
    framework.install(TrustedFiles.class);
    framework.install(Yaml.class);
    return new Kernel(framework, file);
  }

  Kernel start() {
    kernel = framework.install(ConfigService.class);
    framework.service(HealthCheck.class, "(hc.tags=config)");
    return this;
  }

  void stop() throws Exception {
    kernel.stop();
  }

  void restart() throws Exception {
    kernel.start();
  }

  /** Saves as most editors do: a new file, renamed over the old one. */
  void save(String text) throws IOException {
    save(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  void save(byte[] bytes) throws IOException {
    Path next = Files.write(file.resolveSibling("config.yaml.swp"), bytes);
    Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-r-----"));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The toy's diary: one entry for each activation and modification. */
  @SuppressWarnings("unchecked")
  BlockingQueue<Map<String, Object>> toy() {
    return (BlockingQueue<Map<String, Object>>) framework.service(BlockingQueue.class, "(toy=1)");
  }

  boolean hasToy() {
    return framework.has(BlockingQueue.class.getName(), "(toy=1)");
  }

  Map<String, Object> next(BlockingQueue<Map<String, Object>> diary) throws InterruptedException {
    Map<String, Object> entry = diary.poll(Framework.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(entry).as("the toy is told of the change; health: " + health()).isNotNull();
    return entry;
  }

  String health() {
    Result result = framework.service(HealthCheck.class, "(hc.tags=config)").execute();
    StringBuilder text = new StringBuilder(result.getStatus().name());
    result.forEach(entry -> text.append('\n').append(entry.getMessage()));
    return text.toString();
  }

  /** Waits until the health check says this; nothing tells of it, so it is asked. */
  String awaitHealth(Predicate<String> wanted) throws InterruptedException {
    long end = System.nanoTime() + Framework.PATIENCE.toNanos();
    String health = health();
    while (!wanted.test(health)) {
      assertThat(System.nanoTime()).as("health is still: " + health).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
      health = health();
    }
    return health;
  }

  String awaitOk() throws InterruptedException {
    return awaitHealth(health -> health.contains("is in effect") && !health.contains("CRITICAL"));
  }

  @Override
  public void close() {
    framework.close();
  }
}
