package kds.run.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A shipped bundle with another version, to replace it with. */
final class NewerBundle {
  private static final Path DIST = Path.of(System.getProperty("kds.dist"));

  private NewerBundle() {}

  /** The jar. */
  static byte[] of(String name, String version) throws IOException {
    Path shipped;
    try (var bundles = Files.newDirectoryStream(DIST.resolve("bundle"), name + "-*.jar")) {
      shipped = bundles.iterator().next();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarInputStream in = new JarInputStream(Files.newInputStream(shipped))) {
      Manifest manifest = in.getManifest();
      manifest.getMainAttributes().put(new Attributes.Name("Bundle-Version"), version);
      try (JarOutputStream out = new JarOutputStream(bytes, manifest)) {
        for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
          out.putNextEntry(new JarEntry(entry.getName()));
          in.transferTo(out);
        }
      }
    }
    return bytes.toByteArray();
  }
}
