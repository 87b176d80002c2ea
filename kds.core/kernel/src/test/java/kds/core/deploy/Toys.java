package kds.core.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import kds.core.testing.Framework;
import kds.core.testing.ToyBundle;
import kds.core.toy.impl.BrokenComponent;
import kds.core.toy.impl.FailingActivator;
import kds.core.toy.impl.HangingActivator;
import kds.core.toy.impl.OtherComponent;
import kds.core.toy.impl.ToyComponent;

/** Jars of the capability "toy", in order and out of order. */
final class Toys {
  private final Framework framework;
  private final Path folder;
  private final Map<String, Path> built = new HashMap<>();

  Toys(Framework framework, Path folder) {
    this.framework = framework;
    this.folder = folder;
  }

  Path good(String version) {
    return version(
        built.computeIfAbsent(
            "good",
            kind ->
                toy()
                    .header("-privatepackage", "kds.core.toy.impl")
                    .header("-dsannotations", ToyComponent.class.getName())
                    .build(folder(kind))),
        version);
  }

  Path failing(String version) {
    return activated(FailingActivator.class, version);
  }

  Path hanging(String version) {
    return activated(HangingActivator.class, version);
  }

  Path unresolvable(String version, String lacking) {
    return version(toy().header("Import-Package", lacking).build(folder("unresolvable")), version);
  }

  Path offeringNothing(String version) {
    return version(toy().build(folder("nothing")), version);
  }

  Path offeringOther(String version) {
    return version(toy().classes(OtherComponent.class).build(folder("other")), version);
  }

  Path broken(String version) {
    return version(toy().classes(BrokenComponent.class).build(folder("broken")), version);
  }

  /** A bundle that is no capability, or says of itself what a test wants it to. */
  Path plain(String name, String version, Map<String, String> headers) {
    ToyBundle bundle = framework.toy(name);
    headers.forEach(bundle::header);
    return version(bundle.build(folder(name)), version);
  }

  private Path activated(Class<?> activator, String version) {
    return version(
        toy()
            .classes(activator)
            .header("Bundle-Activator", activator.getName())
            .build(folder(activator.getSimpleName())),
        version);
  }

  private ToyBundle toy() {
    return framework.toy("toy").capability("toy");
  }

  private Path folder(String kind) {
    try {
      return Files.createDirectories(folder.resolve(kind));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A good one whose manifest says something more. */
  Path stamped(String version, String stamp) {
    return rewrite(good(version), "Acme-Stamp", stamp);
  }

  /** The same bundle under another version. */
  private static Path version(Path jar, String version) {
    return rewrite(jar, "Bundle-Version", version);
  }

  private static Path rewrite(Path jar, String header, String value) {
    Path result = jar.resolveSibling(header + " " + value + ".jar");
    try (JarInputStream in = new JarInputStream(Files.newInputStream(jar))) {
      Manifest manifest = in.getManifest();
      manifest.getMainAttributes().put(new Attributes.Name(header), value);
      try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(result), manifest)) {
        for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
          out.putNextEntry(new ZipEntry(entry.getName()));
          in.transferTo(out);
        }
      }
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
