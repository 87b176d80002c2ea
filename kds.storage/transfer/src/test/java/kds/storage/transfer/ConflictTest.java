package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.api.transfer.Upload;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadRequest.OnConflict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConflictTest {
  @TempDir Path root;
  private Server server;

  @BeforeEach
  void start() throws Exception {
    server = new Server(root, Map.of());
    Files.createDirectories(server.downloads("ann"));
  }

  @Test
  void renamesWhatIsThereAlready() throws Exception {
    upload("d/report.pdf", null, "one");
    Receipt second = upload("d/report.pdf", null, "two");
    Receipt third = upload("d/report.pdf", null, "three");

    assertThat(second.path()).isEqualTo("d/report (1).pdf");
    assertThat(second.renamed()).isTrue();
    assertThat(third.path()).isEqualTo("d/report (2).pdf");
    assertThat(content("d/report.pdf")).isEqualTo("one");
    assertThat(content("d/report (1).pdf")).isEqualTo("two");
  }

  @Test
  void renamesAwayFromAFolder() throws Exception {
    Files.createDirectory(server.downloads("ann").resolve("x"));

    assertThat(upload("x", null, "one").path()).isEqualTo("x (1)");
  }

  @Test
  void replacesAsAWhole() throws Exception {
    upload("f", null, "a long old content");

    Receipt receipt = upload("f", OnConflict.OVERWRITE, "new");

    assertThat(receipt.replaced()).isTrue();
    assertThat(receipt.renamed()).isFalse();
    assertThat(content("f")).isEqualTo("new");
    assertThat(upload("g", OnConflict.OVERWRITE, "x").replaced()).isFalse();
  }

  @Test
  void neverReplacesAFolder() throws Exception {
    Files.createDirectory(server.downloads("ann").resolve("x"));

    assertThat(refusal("x", OnConflict.OVERWRITE, false)).hasMessageContaining("not a file");
    assertThat(server.downloads("ann").resolve("x")).isDirectory();
  }

  @Test
  void refusesATakenNameBeforeTheFirstByte() throws Exception {
    upload("f", null, "old");
    UploadRequest reject = new UploadRequest("f", 5, OnConflict.REJECT, false, false);
    UploadRequest mustBeNew = new UploadRequest("f", 5, OnConflict.OVERWRITE, false, true);

    for (UploadRequest request : List.of(reject, mustBeNew)) {
      assertThat(
              catchThrowableOfType(
                      TransferException.class, () -> server.transfer.begin(Server.ann(), request))
                  .reason())
          .isEqualTo(TransferException.Reason.CONFLICT);
    }
    assertThat(content("f")).isEqualTo("old");
    assertThat(server.disk.open).hasValue(0);
  }

  @Test
  void refusesANameThatWasTakenMeanwhile() throws Exception {
    UploadRequest request = new UploadRequest("f", -1, OnConflict.REJECT, false, false);
    try (Upload upload = server.transfer.begin(Server.ann(), request)) {
      upload("f", null, "faster");
      assertThat(catchThrowableOfType(TransferException.class, upload::commit).reason())
          .isEqualTo(TransferException.Reason.CONFLICT);
    }
    assertThat(content("f")).isEqualTo("faster");
    assertThat(Server.names(server.downloads("ann"))).containsExactly("f");
  }

  @Test
  void followsTheConfiguredRuleUnlessTheCallerSaysOtherwise() throws Exception {
    upload("f", null, "old");
    server.transfer.configure(server.config(Map.of("on_conflict", "overwrite")));
    assertThat(upload("f", null, "new").replaced()).isTrue();
    assertThat(upload("f", OnConflict.RENAME, "other").path()).isEqualTo("f (1)");

    server.transfer.configure(server.config(Map.of("on_conflict", "reject")));
    assertThat(refusal("f", null, false).reason()).isEqualTo(TransferException.Reason.CONFLICT);
  }

  @Test
  void givesUpAfterAThousandNames() throws Exception {
    for (int n = 0; n <= Publication.TRIES; n++) {
      Files.createFile(server.downloads("ann").resolve(n == 0 ? "f" : "f (" + n + ")"));
    }

    assertThat(refusal("f", OnConflict.RENAME, false)).hasMessageContaining("1000 names");
    assertThat(Server.names(server.downloads("ann"))).hasSize(1001);
  }

  @Test
  void keepsEveryOneOfManyUploadsThatRaceForOneName() throws Exception {
    int racers = 8;
    int rounds = 20;
    CyclicBarrier start = new CyclicBarrier(racers);
    List<Future<List<Receipt>>> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(racers)) {
      for (int racer = 0; racer < racers; racer++) {
        String who = "racer " + racer;
        Callable<List<Receipt>> race = () -> race(start, who, rounds);
        results.add(threads.submit(race));
      }
    }

    Set<String> names = new TreeSet<>();
    for (int racer = 0; racer < racers; racer++) {
      for (Receipt receipt : results.get(racer).get()) {
        assertThat(names.add(receipt.path())).as(receipt.path()).isTrue();
        assertThat(content(receipt.path())).startsWith("racer " + racer);
      }
    }
    assertThat(names).hasSize(racers * rounds);
    assertThat(Server.names(server.downloads("ann"))).containsExactlyElementsOf(names);
  }

  private List<Receipt> race(CyclicBarrier start, String who, int rounds) throws Exception {
    List<Receipt> receipts = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      start.await();
      receipts.add(upload("same.txt", OnConflict.RENAME, who + " round " + round));
    }
    return receipts;
  }

  private Receipt upload(String path, OnConflict rule, String content) throws TransferException {
    return server.upload(
        Server.ann(),
        new UploadRequest(path, -1, rule, false, false),
        content.getBytes(StandardCharsets.UTF_8));
  }

  private TransferException refusal(String path, OnConflict rule, boolean mustBeNew) {
    UploadRequest request = new UploadRequest(path, -1, rule, false, mustBeNew);
    return catchThrowableOfType(
        TransferException.class, () -> server.upload(Server.ann(), request, new byte[3]));
  }

  private String content(String path) throws Exception {
    return Files.readString(server.downloads("ann").resolve(path));
  }
}
