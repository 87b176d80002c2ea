package kds.http.testing;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import kds.http.files.DispositionFuzz;
import kds.http.files.MultipartFuzz;
import kds.http.files.RangesFuzz;
import kds.http.guard.ForwardedFuzz;
import kds.http.pem.PemFuzz;
import kds.http.route.PathFuzz;
import kds.http.route.QueryFuzz;
import kds.http.token.KeyFileFuzz;
import kds.http.token.TokenFuzz;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What {@code run/soak/fuzz} starts from, and what it ever found, once through each parser. The
 * files lie in {@code src/test/resources/fuzz/TARGET}.
 */
class CorpusTest {
  @TestFactory
  Stream<DynamicTest> readsOrRefusesWhatFuzzingStartsFromAndFound() {
    return Stream.of(
            new Target("Multipart", MultipartFuzz::fuzzerTestOneInput),
            new Target("Ranges", RangesFuzz::fuzzerTestOneInput),
            new Target("Disposition", DispositionFuzz::fuzzerTestOneInput),
            new Target("Path", PathFuzz::fuzzerTestOneInput),
            new Target("Query", QueryFuzz::fuzzerTestOneInput),
            new Target("Pem", PemFuzz::fuzzerTestOneInput),
            new Target("Token", TokenFuzz::fuzzerTestOneInput),
            new Target("KeyFile", KeyFileFuzz::fuzzerTestOneInput),
            new Target("Forwarded", ForwardedFuzz::fuzzerTestOneInput))
        .flatMap(CorpusTest::tests);
  }

  private record Target(String name, Parser parser) {}

  @FunctionalInterface
  private interface Parser {
    void parse(byte[] input);
  }

  private static Stream<DynamicTest> tests(Target target) {
    return corpus(target.name()).stream()
        .map(
            file ->
                dynamicTest(
                    target.name() + ": " + file.getFileName(),
                    () -> target.parser().parse(Files.readAllBytes(file))));
  }

  private static List<Path> corpus(String target) {
    try (Stream<Path> files =
        Files.list(Path.of(CorpusTest.class.getResource("/fuzz/" + target).toURI()))) {
      return files.sorted().toList();
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
