package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of calls under way when the service ends, or a capability is switched off. */
class StopSystemIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path logs;

  @Test
  void letsAnUploadFinishAndEndsStreamsOfEvents() throws Exception {
    try (Service service = Service.fresh().start()) {
      String session = UUID.randomUUID().toString();
      String order =
          "{\"kasm_id\":\"%s\",\"user_id\":\"me\",\"credential_type\":\"prompt_user\"}"
              .formatted(session);
      assertThat(service.curl("--json", order, service.url("/session_start")).output())
          .contains(session);
      try (Running upload = upload(service, "whole.txt");
          Running events = events(service, session)) {
        upload.say("begun before");
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> stop(service));
        assertThat(events.awaitEnd(SOON)).as("the stream ends in peace").isZero();
        awaitRefusal(service);
        assertThat(stopped).isNotDone();
        upload.say("ended after TERM");
        upload.process().outputWriter().close();
        upload.await("HTTP/1.1 201", SOON);
        assertThat(stopped).succeedsWithin(SOON);
      }
      assertThat(files(service)).containsExactly("whole.txt");
      assertThat(service.home().resolve("Files/whole.txt"))
          .hasContent("begun before\nended after TERM\n");
    }
  }

  @Test
  void cutsAnUploadWhoseTimeIsOver() throws Exception {
    try (Service service = Service.fresh().start()) {
      configure(service, "http: {drain_timeout: 1s}");
      try (Running upload = upload(service, "half.txt")) {
        upload.say("never ended");
        long began = System.nanoTime();
        service.stop();
        assertThat(Duration.ofNanos(System.nanoTime() - began))
            .isBetween(Duration.ofMillis(900), Duration.ofSeconds(20));
        assertThat(upload.awaitEnd(SOON)).isNotZero();
      }
      assertThat(files(service)).isEmpty();
    }
  }

  @Test
  void cutsWhatASwitchedOffCapabilityStillDoes() throws Exception {
    try (Service service = Service.fresh().start()) {
      configure(service, "gates: {switch_off_timeout: 2s}");
      try (Running upload = upload(service, "half.txt")) {
        upload.say("never ended");
        service.edit("debug: false", "debug: false\ncapabilities: {transfer: \"off\"}");
        assertThat(upload.awaitEnd(SOON)).as("curl, whose connection was cut").isNotZero();
      }
      assertThat(service.curl(service.url("/api/downloads")).output()).contains("capability-off");
      assertThat(Files.readString(service.home().resolve("log/console.log")))
          .contains("call(s) of capability transfer have up to 2 s to end")
          .contains("1 call(s) that still run are cut");
      assertThat(files(service)).isEmpty();

      service.edit("transfer: \"off\"", "transfer: \"on\"");
      Soon.until(
          "transfer is on again",
          () -> !service.curl(service.url("/api/downloads")).output().contains("capability-off"));
      try (Running upload = upload(service, "whole.txt")) {
        upload.process().outputWriter().close();
        upload.await("HTTP/1.1 201", SOON);
      }
    }
  }

  /** An upload that the service has begun to read, and whose content is what it is told to say. */
  private Running upload(Service service, String name) throws Exception {
    List<String> words = words(service, "-v", "-T", ".", "-H", "Expect: 100-continue");
    words.addAll(List.of("--expect100-timeout", "60", service.url("/Downloads/" + name)));
    Running upload = Running.start(logs.resolve(name + ".log"), words);
    upload.await("HTTP/1.1 100", SOON);
    return upload;
  }

  private Running events(Service service, String session) throws Exception {
    List<String> words = words(service, "-N", service.url("/sessions/" + session + "/events"));
    Running events = Running.start(logs.resolve("events.log"), words);
    events.await(": events of session", SOON);
    return events;
  }

  private static List<String> words(Service service, String... curl) throws Exception {
    List<String> words = new ArrayList<>(service.anonymousCurl());
    words.addAll(List.of("-H", "@" + service.header()));
    words.addAll(List.of(curl));
    return words;
  }

  /** In effect after a restart, so that it is certainly taken. */
  private static void configure(Service service, String line) throws Exception {
    service.stop();
    service.edit("debug: false", "debug: false\n" + line);
    service.start();
  }

  private static void stop(Service service) {
    try {
      service.stop();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitRefusal(Service service) throws InterruptedException {
    for (long until = System.nanoTime() + SOON.toNanos(); connects(service); Thread.sleep(20)) {
      assertThat(System.nanoTime()).as("the port closes").isLessThan(until);
    }
  }

  private static boolean connects(Service service) {
    try (Socket socket = new Socket("localhost", service.port())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> files(Service service) throws IOException {
    try (Stream<Path> files = Files.list(service.home().resolve("Files"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
