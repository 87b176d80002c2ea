import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Makes a variant of a bundle: the same classes under another version, and further manifest headers
 * where wanted. Also a program: {@code Variant FROM TO VERSION}.
 */
final class Variant {
  private Variant() {}

  public static void main(String[] args) throws IOException {
    make(Path.of(args[0]), Path.of(args[1]), args[2], Map.of());
  }

  /** Writes the variant beside its place and renames it there, so that it appears as a whole. */
  static void make(Path from, Path to, String version, Map<String, String> headers)
      throws IOException {
    Path fresh = to.resolveSibling("." + to.getFileName() + ".new");
    try (JarFile jar = new JarFile(from.toFile())) {
      Manifest manifest = new Manifest(jar.getManifest());
      Attributes main = manifest.getMainAttributes();
      main.putValue("Bundle-Version", version);
      headers.forEach(main::putValue);
      try (OutputStream file = Files.newOutputStream(fresh);
          JarOutputStream out = new JarOutputStream(file, manifest)) {
        for (JarEntry entry : jar.stream().toList()) {
          if (!entry.isDirectory() && !entry.getName().equals(JarFile.MANIFEST_NAME)) {
            out.putNextEntry(new JarEntry(entry.getName()));
            try (InputStream content = jar.getInputStream(entry)) {
              content.transferTo(out);
            }
          }
        }
      }
    }
    Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE);
  }
}
