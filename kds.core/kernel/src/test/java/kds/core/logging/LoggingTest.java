package kds.core.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import kds.api.host.TrustedFiles;
import kds.core.config.ConfigService;
import kds.core.testing.Framework;
import org.apache.felix.hc.api.HealthCheck;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;

/** The real logging bundles with the shipped files, reconfigured by the real kernel. */
class LoggingTest {
  private static final Path SHIPPED = Path.of("../../run/layout/conf");

  /**
   * Line ends of all kinds, escape sequences, quotes, a half of a pair, and what looks like a
   * record.
   */
  private static final String NASTY =
      "a\r\nb\n2026-01-01 00:00:00.000 ERROR [- -] kds.forged: x\u001b[31m \"q\" \\ \t \u0000"
          + " \u0085 \u2028 \u2029 \uD800 {}";

  @TempDir Path folder;
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private final PrintStream before = System.out;
  private Framework framework;
  private Consumer<String> talker;
  private int marks;

  @BeforeEach
  @SuppressWarnings("unchecked")
  void start() throws Exception {
    System.setOut(new PrintStream(console, true, StandardCharsets.UTF_8));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path conf = Files.createDirectories(folder.resolve("home/conf"));
    for (String name : List.of("logback.xml", "logback-start.xml")) {
      Files.copy(SHIPPED.resolve(name), conf.resolve(name));
    }
    Path log = Files.createDirectories(folder.resolve("log"));
    save("debug: false");
    framework =
        Framework.withOwnLogging(
            Map.of(
                "kds.conf", folder.resolve("home/conf").toString(),
                "kds.log", log.toString(),
                "kds.config", folder.resolve("config.yaml").toString(),
                "org.ops4j.pax.logging.DefaultServiceLog.level", "WARN",
                "org.ops4j.pax.logging.StaticLogbackFile",
                    conf.resolve("logback-start.xml").toString()));
    framework.installNew(forms());
    try (var jars = Files.list(Path.of("target/logging"))) {
      jars.sorted().forEach(framework::startNew);
    }
    framework.standard();
    framework.toy("acme.talker").classes(Talker.class).start();
    talker = framework.service(Consumer.class, "(talker=1)");
    framework.install(HealthCheck.class);
    framework.install(TrustedFiles.class);
    framework.install(Yaml.class);
    framework.install(ConfigService.class);
  }

  @AfterEach
  void close() {
    framework.close();
    System.setOut(before);
    System.clearProperty("kds.log");
    System.clearProperty("kds.log.format");
    System.clearProperty("kds.log.level");
  }

  @Test
  void textIsReadableAndCannotBeForged() throws Exception {
    awaitAuditFile();
    List<String> lines = said("info|kds.door|" + NASTY);
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst())
        .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  .*")
        .contains("[r-1 s-1] kds.door: a\\r\\nb\\n2026-01-01")
        .doesNotContain("\u001b", "\u0000", "\u0085", "\u2028");

    List<String> trace = said("fail|kds.door|one\n2026-01-01 00:00:00.000 ERROR [- -] forged: x");
    assertThat(trace.getFirst()).endsWith("kds.door: it failed");
    assertThat(trace.get(1)).isEqualTo("java.lang.IllegalStateException: one");
    assertThat(trace.subList(2, trace.size())).allMatch(line -> line.startsWith("    | "));
    assertThat(trace.stream().filter(line -> line.contains("IllegalStateException"))).hasSize(1);
  }

  @Test
  void debugIsSwitchedLiveAndForOurOwnLoggersOnly() throws Exception {
    awaitAuditFile();
    assertThat(said("debug|kds.door|hidden")).isEmpty();
    save("debug: true");
    awaitSaid("debug|kds.door|shown", "DEBUG [r-1 s-1] kds.door: shown");
    assertThat(said("debug|org.eclipse.jetty.http|Authorization: Bearer x")).isEmpty();
    save("debug: false");
    awaitGone("debug|kds.door|shown");
  }

  @Test
  void jsonIsSwitchedLiveAndEachLineIsOneObject() throws Exception {
    awaitAuditFile();
    save("logging: {format: json}");
    awaitSaid("info|kds.door|x", "{");
    List<String> lines = said("info|kds.door|" + NASTY);
    assertThat(lines).hasSize(1);
    Map<String, Object> record = object(lines.getFirst());
    assertThat(record).containsEntry("level", "INFO").containsEntry("loggerName", "kds.door");
    assertThat(record.get("mdc"))
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .containsEntry("request", "r-1")
        .containsEntry("session", "s-1");
    assertThat(String.valueOf(record.get("formattedMessage")))
        .startsWith("a\r\nb\n2026-01-01")
        .contains("\u001b[31m \"q\" \\ \t \u0000 \u0085 \u2028 \u2029");
    for (char c = 0; c < 0x100; c++) {
      List<String> each = said("info|kds.door|<" + c + ">");
      assertThat(each).as("U+%04X", (int) c).hasSize(1);
      assertThat(object(each.getFirst())).containsEntry("formattedMessage", "<" + c + ">");
    }
    List<String> trace = said("fail|kds.door|one\ntwo");
    assertThat(trace).hasSize(1);
    assertThat(object(trace.getFirst())).containsKey("throwable");
    save("debug: false");
    awaitSaid("info|kds.door|x", "INFO  [r-1 s-1] kds.door: x");
  }

  @Test
  void theAuditLogIsAFileOfItsOwnThatOnlyTheServiceReads() throws Exception {
    Path audit = awaitAuditFile();
    int before = Files.readAllLines(audit).size();
    said("info|kds.audit|" + NASTY);
    said("info|kds.door|not audited");
    assertThat(Files.getPosixFilePermissions(audit))
        .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    List<String> lines = Files.readAllLines(audit);
    assertThat(lines).hasSize(before + 1);
    assertThat(object(lines.getLast()))
        .containsEntry("loggerName", "kds.audit")
        .extractingByKey("formattedMessage", InstanceOfAssertFactories.STRING)
        .startsWith("a\r\nb\n2026-01-01");
    save("debug: true");
    awaitSaid("debug|kds.door|x", "DEBUG");
    said("info|kds.audit|second");
    assertThat(Files.readAllLines(audit)).hasSize(before + 2);
  }

  /** The fragment that holds the forms of records. */
  private static Path forms() {
    return Stream.of(System.getProperty("java.class.path").split(":"))
        .map(Path::of)
        .filter(
            entry ->
                entry.endsWith("kds.core/log/target/classes")
                    || entry.getFileName().toString().matches("kds\\.log-[0-9].*\\.jar"))
        .findFirst()
        .orElseThrow();
  }

  /** The back end has read the shipped configuration once it writes the audit log. */
  private Path awaitAuditFile() throws Exception {
    Path audit = folder.resolve("log/audit.jsonl");
    long end = System.nanoTime() + Framework.PATIENCE.toNanos();
    while (!Files.exists(audit) || Files.size(audit) == 0) {
      assertThat(System.nanoTime()).isLessThan(end);
      said("info|kds.audit|configured?");
    }
    return audit;
  }

  private List<String> said(String command) throws InterruptedException {
    String mark = "mark-" + marks++ + ".";
    int from = console.size();
    talker.accept(command);
    talker.accept("info|kds.mark|" + mark);
    // Records are written a moment after they are logged.
    long end = System.nanoTime() + Framework.PATIENCE.toNanos();
    while (!console.toString(StandardCharsets.UTF_8).contains(mark)) {
      assertThat(System.nanoTime()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(1);
    }
    String mine =
        new String(console.toByteArray(), from, console.size() - from, StandardCharsets.UTF_8);
    // The kernel's own lines come when they come.
    return mine.lines()
        .filter(line -> !line.contains("mark-") && !line.contains("kds.core.config."))
        .toList();
  }

  private void awaitSaid(String command, String wanted) throws Exception {
    long end = System.nanoTime() + Framework.PATIENCE.toNanos();
    while (said(command).stream().noneMatch(line -> line.contains(wanted))) {
      assertThat(System.nanoTime()).as("%s gives %s", command, wanted).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private void awaitGone(String command) throws Exception {
    long end = System.nanoTime() + Framework.PATIENCE.toNanos();
    while (!said(command).isEmpty()) {
      assertThat(System.nanoTime()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(String line) {
    return new JsonMapper().readValue(line, Map.class);
  }

  private void save(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("config.new"), text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.move(file, folder.resolve("config.yaml"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }
}
