package kds.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import kds.core.testing.Framework;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a jar says of itself, and whether it is whole. */
class FactsTest {
  @TempDir Path folder;

  @Test
  void readsIdentity() throws Exception {
    try (Framework framework = Framework.with(Map.of())) {
      Facts facts =
          Facts.read(
              framework
                  .toy("acme.scan")
                  .version("1.2.3")
                  .header("Bundle-SymbolicName", "acme.scan;singleton:=true")
                  .build(folder));
      assertThat(facts.symbolicName()).isEqualTo("acme.scan");
      assertThat(facts.version()).hasToString("1.2.3");
      assertThat(facts.fragment()).isFalse();
    }
  }

  @Test
  void noPartOfAJarPassesForAWhole() throws Exception {
    byte[] whole = Files.readAllBytes(jar());
    Path part = folder.resolve("part.jar");
    for (int length = 0; length < whole.length; length += 7) {
      Files.write(part, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Facts.read(part))
          .as("the first %d of %d bytes", length, whole.length)
          .isInstanceOf(UnusableJarException.class);
    }
  }

  @Test
  void aMixtureOfTwoJarsIsNoJar() throws Exception {
    Path jar = jar();
    byte[] bytes = Files.readAllBytes(jar);
    int middle = bytes.length / 2;
    for (int i = middle; i < middle + 16; i++) {
      bytes[i] ^= 0x55;
    }
    Files.write(jar, bytes);
    assertThatThrownBy(() -> Facts.read(jar)).isInstanceOf(UnusableJarException.class);
  }

  @Test
  void tellsWhetherSomebodyWrites() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(Writers.of(file)).isEqualTo(Writers.Found.NONE);
    try (FileChannel _ = FileChannel.open(file, StandardOpenOption.READ)) {
      assertThat(Writers.of(file)).isEqualTo(Writers.Found.NONE);
    }
    try (FileChannel _ = FileChannel.open(file, StandardOpenOption.WRITE)) {
      assertThat(Writers.of(file)).isEqualTo(Writers.Found.SOME);
    }
    assertThat(Writers.of(file)).isEqualTo(Writers.Found.NONE);
    assertThat(Writers.of(folder.resolve("none"))).isEqualTo(Writers.Found.UNKNOWN);
  }

  private Path jar() throws Exception {
    try (Framework framework = Framework.with(Map.of())) {
      return framework.toy("acme.scan").classes(FactsTest.class).build(folder);
    }
  }
}
