package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import kds.run.it.addon.Echo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A servlet of an operator's own, replaced while it serves. */
class AddOnSystemIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path scratch;

  @Test
  void isReplacedOnlyWhenItsRequestsHaveEnded() throws Exception {
    try (Service service = Service.fresh().start()) {
      Path header = service.header();
      drop(service, "1.0.0");
      awaitAnswer(service, header, "1.0.0", "not-found");
      try (Running slow = slow(service, header)) {
        slow.say("half");
        drop(service, "2.0.0");
        awaitText(service, header, "/health", "1 calls left");
        assertThat(get(service, header, "/acme/")).isEqualTo("1.0.0");
        slow.say("done");
        slow.process().outputWriter().close();
        slow.await("1.0.0 got 10", SOON);
      }
      awaitAnswer(service, header, "2.0.0", "1.0.0", "urn:kds:problem:absent");
    }
  }

  private void drop(Service service, String version) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
    manifest.getMainAttributes().putValue("Bundle-SymbolicName", "acme.echo");
    manifest.getMainAttributes().putValue("Bundle-Version", version);
    manifest.getMainAttributes().putValue("Bundle-Activator", Echo.class.getName());
    manifest
        .getMainAttributes()
        .putValue("Import-Package", "org.osgi.framework,jakarta.servlet,jakarta.servlet.http");
    String name = Echo.class.getName().replace('.', '/') + ".class";
    Path jar = service.home().resolve("echo.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        InputStream bytes = Echo.class.getResourceAsStream("Echo.class")) {
      out.putNextEntry(new ZipEntry(name));
      bytes.transferTo(out);
    }
    Files.move(jar, service.home().resolve("deploy/echo.jar"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** A request that the add-on has begun to read. */
  private Running slow(Service service, Path header) throws Exception {
    List<String> words = words(service, header, "-v", "-T", ".", "-H", "Expect: 100-continue");
    words.addAll(List.of("--expect100-timeout", "60", service.url("/acme/slow")));
    Running slow = Running.start(scratch.resolve("slow.log"), words);
    slow.await("HTTP/1.1 100", SOON);
    return slow;
  }

  private static String get(Service service, Path header, String path) throws Exception {
    return Host.run(words(service, header, service.url(path))).output();
  }

  /** Until then nothing but what is expected meanwhile. */
  private static void awaitAnswer(Service service, Path header, String wanted, String... meanwhile)
      throws Exception {
    Soon.until(
        "the answer is " + wanted,
        () -> {
          String answer = get(service, header, "/acme/");
          boolean there = answer.equals(wanted);
          assertThat(there || Stream.of(meanwhile).anyMatch(answer::contains)).as(answer).isTrue();
          return there;
        });
  }

  private static void awaitText(Service service, Path header, String path, String wanted)
      throws Exception {
    Soon.until(path + " says " + wanted, () -> get(service, header, path).contains(wanted));
  }

  private static List<String> words(Service service, Path header, String... curl) {
    List<String> words = new ArrayList<>(service.anonymousCurl());
    words.addAll(List.of("-H", "@" + header));
    words.addAll(List.of(curl));
    return words;
  }
}
