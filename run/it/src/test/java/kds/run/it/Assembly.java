package kds.run.it;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.vmOptions;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Option;

/** The distribution as Pax Exam starts it: the bundles of its own start list, nothing else. */
final class Assembly {
  private final Path dist = Path.of(System.getProperty("kds.dist"));
  private final Path home;

  Assembly(Path home) {
    this.home = home;
  }

  /** The names of the jars that the launcher installs or starts, in its order. */
  List<String> startList() {
    Properties launcher = new Properties();
    try (Reader reader = Files.newBufferedReader(dist.resolve("conf/config.properties"))) {
      launcher.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException("No distribution in " + dist + "; run mvn package first", e);
    }
    List<String> names = new ArrayList<>();
    for (String level :
        List.of("felix.auto.install.1", "felix.auto.start.1", "felix.auto.start.2")) {
      Stream.of(launcher.getProperty(level).split(" "))
          .map(url -> url.substring(url.lastIndexOf('/') + 1))
          .forEach(names::add);
    }
    return names;
  }

  Option[] options(Option... more) {
    List<Option> all = new ArrayList<>();
    all.add(vmOptions(System.getProperty("jvm.flags").split(" ")));
    all.add(frameworkProperty("org.osgi.framework.bsnversion").value("multiple"));
    all.add(systemProperty("org.ops4j.pax.logging.DefaultServiceLog.level").value("WARN"));
    property(all, "kds.home", home);
    property(all, "kds.bundle", dist.resolve("bundle"));
    property(all, "kds.conf", dist.resolve("conf"));
    property(all, "kds.config", home.resolve("config.yaml"));
    for (String folder : List.of("deploy", "state", "run", "log")) {
      property(all, "kds." + folder, home.resolve(folder));
    }
    for (String name : startList()) {
      int level = name.startsWith("pax-logging") ? 1 : 2;
      String url = dist.resolve("bundle").resolve(name).toUri().toString();
      all.add(bundle(url).startLevel(level).start(!name.startsWith("kds.log-")));
    }
    all.add(junitBundles());
    all.addAll(List.of(more));
    return org.ops4j.pax.exam.CoreOptions.options(all.toArray(Option[]::new));
  }

  private static void property(List<Option> all, String name, Path value) {
    all.add(systemProperty(name).value(value.toString()));
  }
}
