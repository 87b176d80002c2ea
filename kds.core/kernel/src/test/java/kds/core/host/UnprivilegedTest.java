package kds.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UnprivilegedTest {
  @Test
  void entersTheServicesOwnHomeAndNoOther() throws Exception {
    try (TestUser user = TestUser.make()) {
      Path classes = Files.createDirectory(user.base().resolve("classes"));
      String classPath =
          Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
              .map(Path::of)
              .filter(Files::exists)
              .map(entry -> copied(entry, classes))
              .collect(Collectors.joining(File.pathSeparator));
      TestUser.run("chmod", "-R", "a+rX", classes.toString());
      String output =
          user.sh(
              // The file of performance data would stay in /tmp: the folder is not that user's.
              "'%s/bin/java' -XX:-UsePerfData --enable-native-access=ALL-UNNAMED -cp '%s' %s 2>&1"
                  .formatted(
                      System.getProperty("java.home"),
                      classPath,
                      UnprivilegedService.class.getName()));
      assertThat(output.lines())
          .contains(
              "own: content",
              "listed: " + user.name(),
              "other: UNPRIVILEGED",
              "root: SYSTEM_ACCOUNT");
      assertThat(output).contains("acting for other users needs root");
    }
  }

  private static String copied(Path entry, Path into) {
    Path target = into.resolve(Integer.toHexString(entry.hashCode()));
    try {
      TestUser.run("cp", "-r", entry.toString(), target.toString());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return target.toString();
  }
}
