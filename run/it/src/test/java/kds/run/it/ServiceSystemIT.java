package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The assembled service as a person meets it: the scripts, curl, files. */
class ServiceSystemIT {
  private static Service service;

  @TempDir Path scratch;

  @BeforeAll
  static void start() throws Exception {
    service = Service.fresh().start();
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  private Path random(String name, int bytes) throws Exception {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return Files.write(scratch.resolve(name), content);
  }

  @Test
  void sendsAFileUpAndGetsItBackByteForByte() throws Exception {
    Path sent = random("sent file ä.bin", 64 << 20);
    Outcome up = service.curl("-T", sent.toString(), service.url("/Downloads/"));
    assertThat(up.output()).contains("\"size\":67108864").contains("crc32c");

    Path back = scratch.resolve("back");
    String path = "/Downloads/sent%20file%20%C3%A4.bin";
    assertThat(service.curl("-o", back.toString(), service.url(path)).exit()).isZero();
    assertThat(Files.mismatch(sent, back)).isEqualTo(-1);
    assertThat(service.curl(service.url("/api/downloads")).output()).contains("sent file ä.bin");
  }

  @Test
  void sendsManyFilesAtOnceAndKeepsTheirFolders() throws Exception {
    Path one = random("one.bin", 100_000);
    Path two = random("two.bin", 200_000);
    Outcome up =
        service.curl(
            "-F",
            "file=@" + one + ";filename=tree/a/one.bin",
            "-F",
            "file=@" + two + ";filename=tree/b/two.bin",
            service.url("/upload"));
    assertThat(up.output()).contains("tree/a/one.bin").contains("tree/b/two.bin");
    Path back = scratch.resolve("back");
    service.curl("-o", back.toString(), service.url("/Downloads/tree/b/two.bin"));
    assertThat(Files.mismatch(two, back)).isEqualTo(-1);
  }

  @Test
  void answersEveryPathWith401WithoutAToken() throws Exception {
    for (String path : List.of("/", "/nowhere", "/health", "/openapi.json", "/Downloads/x")) {
      List<String> words = new java.util.ArrayList<>(service.anonymousCurl());
      words.addAll(List.of("-o", "/dev/null", "-w", "%{http_code}", service.url(path)));
      assertThat(Host.run(words).output()).as(path).isIn("401", "429");
    }
  }

  @Test
  void givesATokenWhatItsScopeSaysAndNoMore() throws Exception {
    List<String> reader = List.of("--scope", "files:read");
    List<String> elsewhere = List.of("--audience", "9a1c3b52-0000-4000-8000-000000000000");
    Path file = random("scope.bin", 10);
    String upload = service.url("/Downloads/scope.bin");
    assertThat(service.status(reader, service.url("/api/downloads"))).isEqualTo("200");
    assertThat(service.status(reader, "-T", file.toString(), upload)).isEqualTo("403");
    assertThat(service.status(reader, service.url("/capabilities"))).isEqualTo("403");
    assertThat(service.status(List.of(), service.url("/capabilities"))).isEqualTo("200");
    assertThat(service.status(elsewhere, service.url("/api/downloads"))).isEqualTo("401");
  }

  @Test
  void tellsItsHealthByName() throws Exception {
    assertThat(service.curl(service.url("/api/__healthcheck")).output()).contains("\"ok\":true");
    assertThat(service.curl(service.url("/health")).output()).contains("config");
  }

  @Test
  void saysThatARunningHomeIsRunning() throws Exception {
    Outcome second = service.tryScript("start", "--detach");
    assertThat(second.exit()).isNotZero();
    assertThat(second.errors()).contains("already runs").contains("./run/stop");
  }
}
