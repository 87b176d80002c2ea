package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import kds.api.host.HostException;
import kds.api.host.OperatorFiles;
import kds.api.host.TrustedFiles;
import kds.core.trust.OpenFiles;
import kds.core.trust.OwnedFiles;
import kds.scripts.OwnershipCases.Case;
import kds.scripts.OwnershipCases.Place;
import kds.scripts.Script.Standing;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Who may put a script where root runs it: each case on a folder of its own. */
class OwnershipTest {
  /** A gate that lets everything through: what the real one refuses, it does not. */
  private static final TrustedFiles OPEN =
      new TrustedFiles() {
        @Override
        public void check(Path path) {}

        @Override
        public byte[] read(Path path, int mostBytes) throws HostException {
          throw new HostException(HostException.Reason.IO, "not asked for");
        }
      };

  @TempDir Path folder;

  @BeforeEach
  void root() throws IOException {
    assumeTrue(Files.getOwner(Path.of("/proc/self")).getName().equals("root"), "run as root");
  }

  private Script judged(Case each, int number, TrustedFiles gate, OperatorFiles files)
      throws Exception {
    Place place = new Place(Files.createDirectory(folder.resolve("case-" + number)));
    OwnershipCases.mode(folder, 0755);
    Files.createDirectories(place.hooks());
    for (Path made : List.of(place.outer(), place.scripts(), place.hooks())) {
      OwnershipCases.mode(made, 0755);
    }
    Files.writeString(place.script(), "#!/bin/sh\necho hello\n");
    OwnershipCases.mode(place.script(), 0755);
    each.change().in(place);
    return new Shelf(gate, files).folder(place.scripts(), "session_start").getFirst();
  }

  @TestFactory
  Stream<DynamicTest> judgesWhoCouldHaveWrittenAScript() {
    int[] number = {0};
    return OwnershipCases.cases()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.name(),
                    () -> {
                      Script script = judged(each, number[0]++, new OwnedFiles(), new OwnedFiles());
                      assertThat(script.standing())
                          .as(script.why())
                          .isEqualTo(each.good() ? Standing.GOOD : Standing.REFUSED);
                      if (!each.good()) {
                        assertThat(script.why()).contains(folder.toString());
                      }
                    }));
  }

  @Test
  void controlWithAnOpenGateNearlyAllOfThemWouldRun() throws Exception {
    int number = 1000;
    int refused = 0;
    int run = 0;
    for (Case each : OwnershipCases.cases().filter(Predicate.not(Case::good)).toList()) {
      refused++;
      if (judged(each, number++, OPEN, new OpenFiles()).standing() == Standing.GOOD) {
        run++;
      }
    }
    // Links that lead nowhere cannot be read either way.
    assertThat(run).isEqualTo(refused - 2);
    assertThat(OwnershipCases.cases().count()).isGreaterThanOrEqualTo(40);
  }
}
