package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import kds.run.it.Uploads.Answer;
import kds.run.it.Uploads.Way;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Uploads in several goes to the home of a person who changes his hidden file while the shipped
 * inspector looks: over HTTP, with the rights that both have, on a disk of its own.
 */
class InspectedUploadSystemIT {
  private static final int SIZE = 8 << 20;
  private static final int SLACK = 1 << 20;
  private static final int ROUNDS = 8;
  private static final String NAME = "report.bin";

  @TempDir static Path scratch;

  private static LocalUser user;
  private static Service service;
  private static Uploads uploads;
  private static Scanner scanner;
  private static Path source;
  private static String sum;

  private long free;

  @BeforeAll
  static void start() throws Exception {
    SmallDisk.requireRoot("A user of its own");
    SmallDisk.requireProgram("perl", "perl");
    scanner = new Scanner(scratch.resolve("clamd"));
    user = LocalUser.make(folder -> SmallDisk.ext4(folder, 64));
    service = Service.fresh().start();
    service.edit("multi_user: false", "multi_user: true");
    Files.writeString(
        service.home().resolve("config.yaml"),
        "\nclamav: {socket: %s}\ntransfer: {require_inspection: true}\n"
            .formatted(scratch.resolve("clamd")),
        StandardOpenOption.APPEND);
    uploads =
        Uploads.of(service, user.downloads(), "--user", user.name(), "--credential", "static");
    uploads.awaitPlace("home");
    byte[] content = new byte[SIZE];
    new Random(SIZE).nextBytes(content);
    source = Files.write(scratch.resolve("source"), content);
    sum = Scanner.sum(content);
    Soon.until(
        "uploads are inspected",
        () -> {
          uploads.send(Way.OVERWRITE, source, NAME);
          return !scanner.seen.isEmpty();
        });
  }

  @AfterAll
  static void stop() throws Exception {
    try (Scanner _ = scanner;
        LocalUser _ = user;
        Service _ = service) {
      // All, whatever happens to one.
    }
  }

  @BeforeEach
  void clear() throws Exception {
    Files.deleteIfExists(published());
    assertThat(uploads.names()).isEmpty();
    free = user.disk().free();
  }

  private static Path published() {
    return user.downloads().resolve(NAME);
  }

  private static TusUpload begun() throws Exception {
    TusUpload upload = new TusUpload(uploads, service.url("/files/"), source, NAME);
    assertThat(upload.begin().status()).isEqualTo("201");
    return upload;
  }

  private static Meddler meddler() throws Exception {
    return Meddler.open(user, scratch.resolve("meddler.log"));
  }

  /** What stands at the beginning of the hidden file, for whoever opens it by its name. */
  private static String hidden() throws IOException {
    List<String> names = uploads.names();
    assertThat(names).singleElement().asString().startsWith(".kds-");
    try (var file = Files.newInputStream(user.downloads().resolve(names.getFirst()))) {
      return new String(file.readNBytes(Meddler.EVIL.length()), StandardCharsets.ISO_8859_1);
    }
  }

  private static void requirePublished() throws IOException {
    assertThat(uploads.names()).containsExactly(NAME);
    assertThat(Files.mismatch(source, published())).isEqualTo(-1);
    assertThat(Files.getOwner(published()).getName()).isEqualTo(user.name());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(published())))
        .isEqualTo("rw-------");
  }

  private static void requireGone(TusUpload upload) throws Exception {
    assertThat(upload.goOn().status()).isEqualTo("410");
    assertThat(uploads.names()).isEmpty();
    assertThat(uploads.held(service.pid())).isEmpty();
  }

  private void requireSpace(long taken) throws Exception {
    assertThat(user.disk().free()).isGreaterThanOrEqualTo(free - taken - SLACK);
  }

  @Test
  void publishesWhatWasInspectedThoughItsUserChangesHisHiddenFile() throws Exception {
    TusUpload upload = begun();
    try (Meddler meddler = meddler()) {
      List<String> changed = new ArrayList<>();
      scanner.on(
          () -> {
            meddler.overwrite();
            changed.add(hidden());
            return Scanner.CLEAN;
          });
      Answer answer = upload.goOn();
      assertThat(answer.status()).as(answer.body()).isEqualTo("204");
      meddler.overwrite();
      assertThat(changed).as("control: he did change it").containsExactly(Meddler.EVIL);
      assertThat(scanner.seen).containsExactly(sum);
    }
    requirePublished();
    requireSpace(SIZE);
  }

  /** The inspector is shown what was received, or nothing; so is whoever opens the file later. */
  @Test
  void publishesNothingElseHoweverTheChangeFallsInWithTheCopying() throws Exception {
    int finished = 0;
    scanner.on(() -> Scanner.CLEAN);
    for (int round = 0; round < ROUNDS; round++) {
      scanner.seen.clear();
      TusUpload upload = begun();
      assertThat(upload.sendHalf().status()).isEqualTo("204");
      Answer answer;
      try (Meddler meddler = meddler()) {
        meddler.flicker();
        answer = upload.goOn();
      }
      if (answer.status().equals("204")) {
        finished++;
        assertThat(scanner.seen).containsExactly(sum);
        requirePublished();
        Files.delete(published());
      } else {
        assertThat(answer.status()).as(answer.body()).isEqualTo("500");
        assertThat(answer.body()).contains("not what was received");
        assertThat(scanner.seen).isEmpty();
        requireGone(upload);
      }
    }
    requireSpace(0);
    LoggerFactory.getLogger(InspectedUploadSystemIT.class)
        .warn("{} of {} uploads were published, the others ended as altered", finished, ROUNDS);
  }

  @Test
  void leavesNothingOfWhatIsRefusedThoughItsUserWritesToItStill() throws Exception {
    TusUpload upload = begun();
    try (Meddler meddler = meddler()) {
      AtomicLong meanwhile = new AtomicLong();
      scanner.on(
          () -> {
            meanwhile.set(user.disk().free());
            return Scanner.MALWARE;
          });
      Answer answer = upload.goOn();
      assertThat(answer.status()).as(answer.body()).isEqualTo("422");
      assertThat(answer.body()).contains("upload-refused", "Toy.Malware");
      assertThat(scanner.seen).containsExactly(sum);
      assertThat(meanwhile.get())
          .as("control: both files take space")
          .isLessThanOrEqualTo(free - 2L * SIZE);
      meddler.overwrite();
      requireGone(upload);
    }
    requireSpace(0); // What he holds open is his own, and counts as his until he lets go.
  }
}
