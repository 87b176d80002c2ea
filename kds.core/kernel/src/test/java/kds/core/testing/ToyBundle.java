package kds.core.testing;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;

/**
 * A bundle built by bnd from classes of the test, as a real build would: DS and Metatype XML are
 * made of their annotations, imports are computed.
 */
public final class ToyBundle {
  private final Framework framework;
  private final String name;
  private final List<Class<?>> classes = new ArrayList<>();
  private final Map<String, String> headers = new LinkedHashMap<>();

  ToyBundle(Framework framework, String name) {
    this.framework = framework;
    this.name = name;
    headers.put("Bundle-SymbolicName", name);
    headers.put("Bundle-Version", "1.0.0");
  }

  /** Its version; 1.0.0 when not set. */
  public ToyBundle version(String version) {
    return header("Bundle-Version", version);
  }

  /** Puts in these classes, each with the classes nested in it. */
  public ToyBundle classes(Class<?>... members) {
    classes.addAll(List.of(members));
    return this;
  }

  /** Says in the manifest that it provides a capability of KDS. */
  public ToyBundle capability(String capability) {
    return header("Provide-Capability", "kds.capability;kds.capability=" + capability);
  }

  /** Sets a manifest header or an instruction to bnd. */
  public ToyBundle header(String header, String value) {
    headers.put(header, value);
    return this;
  }

  /** Builds the jar into this folder, under its symbolic name and version. */
  public Path build(Path folder) {
    try (Builder bnd = new Builder()) {
      for (String entry : System.getProperty("java.class.path").split(":")) {
        bnd.addClasspath(new File(entry));
      }
      bnd.setProperty("-includeresource", resources());
      bnd.setProperty("-reproducible", "true");
      bnd.setProperty("-noimportjava", "true");
      bnd.setProperty("Import-Package", "!org.jspecify.annotations,*");
      headers.forEach(bnd::setProperty);
      Jar jar = bnd.build();
      if (!bnd.isOk()) {
        throw new IllegalStateException(name + ": " + bnd.getErrors() + bnd.getWarnings());
      }
      Path file = folder.resolve(name + "-" + headers.get("Bundle-Version") + ".jar");
      jar.write(file.toFile());
      return file;
    } catch (Exception e) {
      throw new IllegalStateException(name + ": " + e.getMessage(), e);
    }
  }

  /** Builds, installs and starts it. */
  public Bundle start() {
    return framework.startNew(build(framework.folder()));
  }

  private String resources() throws Exception {
    List<String> all = new ArrayList<>();
    for (Class<?> member : classes) {
      Path root = Path.of(member.getProtectionDomain().getCodeSource().getLocation().toURI());
      String path = member.getName().replace('.', '/');
      Path folder = root.resolve(path).getParent();
      String simple = path.substring(path.lastIndexOf('/') + 1);
      try (var files = Files.list(folder)) {
        files
            .filter(
                f -> f.getFileName().toString().matches(Pattern.quote(simple) + "(\\$.*)?\\.class"))
            .sorted()
            .map(f -> root.relativize(f) + "=" + f)
            .forEach(all::add);
      }
    }
    return String.join(",", all);
  }
}
