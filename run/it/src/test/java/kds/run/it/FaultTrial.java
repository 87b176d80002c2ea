package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import kds.run.it.Uploads.Answer;
import kds.run.it.Uploads.Way;
import org.slf4j.LoggerFactory;

/** Uploads into a folder whose disk is full or fails, and what must be so after each. */
final class FaultTrial {
  /** A file that fits on no disk of these tests, and one that does. */
  private static final int LARGE = 24 << 20;

  private static final int SMALL = 300_000;

  private final String pid;
  private final Uploads uploads;
  private final Path folder;
  private final Path scratch;

  FaultTrial(Service service, Uploads uploads, Path folder, Path scratch) throws Exception {
    this.pid = service.pid();
    this.uploads = uploads;
    this.folder = folder;
    this.scratch = scratch;
  }

  Path random(String name, int bytes) throws Exception {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return Files.write(scratch.resolve(name), content);
  }

  /** Every way, refused and cleaned up, and then one that fits. */
  void fillUp(SmallDisk disk, String word) throws Exception {
    Path small = keep();
    long free = disk.free();
    refuse(random("large", LARGE), small, "507", word);
    assertThat(disk.free()).isGreaterThanOrEqualTo(free - (1 << 20));
    requireHealthy();
    Files.delete(folder.resolve(Fault.KEPT));
  }

  /** Every way is refused what does not fit, and takes what does. */
  void refuse(Path large, Path small, String status, String word) throws Exception {
    for (Way way : Way.values()) {
      String name = way == Way.OVERWRITE ? Fault.KEPT : Fault.NEW;
      Answer answer = uploads.send(way, large, name);
      assertThat(answer.status()).as("%s: %s", way, answer.body()).isEqualTo(status);
      assertThat(answer.body()).contains(word, "\"detail\"");
      end();
      requireUntouched(small, way.toString());
    }
  }

  /** Sends the file that is to be there after all. */
  Path keep() throws Exception {
    Path small = random("small", SMALL);
    assertThat(uploads.send(Way.PUT_ANNOUNCED, small, Fault.KEPT).status()).isEqualTo("201");
    return small;
  }

  /** Makes calls fail, one kind after the other. */
  void breakEach(List<Fault> faults) throws Exception {
    Path small = keep();
    Path other = random("other", SMALL + 1);
    for (Fault fault : faults) {
      Answer answer;
      try (Injection _ = inject(fault)) {
        answer = uploads.send(fault.way(), other, fault.name());
      }
      assertThat(answer.status()).as("%s: %s", fault, answer.body()).isEqualTo(fault.status());
      if (fault.isHarmless()) {
        remove(fault.name());
      } else {
        assertThat(answer.body()).as("%s", fault).contains("\"detail\"");
      }
      end();
      requireUntouched(small, fault.toString());
    }
    LoggerFactory.getLogger(FaultTrial.class)
        .warn("{} broken calls: each answered as it should be, and nothing left", faults.size());
    requireHealthy();
    Files.delete(folder.resolve(Fault.KEPT));
  }

  private void remove(String name) throws Exception {
    Path file = folder.resolve(name);
    Files.delete(file);
    if (!file.getParent().equals(folder)) {
      Files.delete(file.getParent());
    }
  }

  private Injection inject(Fault fault) throws Exception {
    boolean onFolder = fault.when().equals(Fault.FOLDER);
    return Injection.into(
        pid, fault.call(), fault.error(), onFolder ? "1+" : fault.when(), onFolder ? folder : null);
  }

  /** What can be gone on with is ended by its client. */
  private void end() throws Exception {
    for (TusUpload upload : uploads.unfinished()) {
      assertThat(upload.terminate().status()).isEqualTo("204");
    }
  }

  private void requireUntouched(Path kept, String after) throws Exception {
    assertThat(uploads.held(pid)).as(after).isEmpty();
    assertThat(uploads.names()).as(after).containsExactly(Fault.KEPT);
    assertThat(Files.mismatch(kept, folder.resolve(Fault.KEPT))).as(after).isEqualTo(-1);
  }

  private void requireHealthy() throws Exception {
    Path small = random("small", SMALL);
    for (Way way : Way.values()) {
      String name = way == Way.OVERWRITE ? Fault.KEPT : Fault.NEW;
      Answer answer = uploads.send(way, small, name);
      assertThat(answer.status()).as("%s: %s", way, answer.body()).startsWith("20");
      assertThat(Files.mismatch(small, folder.resolve(name))).isEqualTo(-1);
      Files.deleteIfExists(folder.resolve(Fault.NEW));
    }
  }
}
