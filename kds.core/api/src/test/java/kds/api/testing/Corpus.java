package kds.api.testing;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * What {@code run/soak/fuzz} starts from, and what it ever found, once through each parser of a
 * module. The files lie in {@code src/test/resources/fuzz/TARGET}; the target of that name is the
 * class {@code TARGETFuzz}.
 */
public final class Corpus {
  private static final MethodType INPUT = MethodType.methodType(void.class, byte[].class);

  private Corpus() {}

  /**
   * A test for each file of a module's corpora.
   *
   * @param targets the module's targets, all of them
   * @throws IllegalStateException when there is a corpus without a target, or the other way round
   */
  public static Stream<DynamicTest> tests(Class<?>... targets) {
    Map<String, MethodHandle> parsers = new TreeMap<>();
    for (Class<?> target : targets) {
      parsers.put(target.getSimpleName().replaceFirst("Fuzz$", ""), parser(target));
    }
    List<Path> corpora = files(folder(targets[0]));
    List<String> names = corpora.stream().map(each -> each.getFileName().toString()).toList();
    if (!names.equals(List.copyOf(parsers.keySet()))) {
      throw new IllegalStateException(names + " are the corpora of " + Arrays.toString(targets));
    }
    return corpora.stream()
        .flatMap(
            corpus ->
                files(corpus).stream()
                    .map(file -> test(parsers.get(corpus.getFileName().toString()), file)));
  }

  private static DynamicTest test(MethodHandle parser, Path file) {
    return dynamicTest(
        file.getParent().getFileName() + ": " + file.getFileName(),
        () -> {
          parser.invokeExact(Files.readAllBytes(file));
        });
  }

  private static MethodHandle parser(Class<?> target) {
    try {
      return MethodHandles.publicLookup().findStatic(target, "fuzzerTestOneInput", INPUT);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path folder(Class<?> target) {
    try {
      return Path.of(target.getResource("/fuzz").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
