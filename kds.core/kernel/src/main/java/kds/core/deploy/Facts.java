package kds.core.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/**
 * What a jar says of itself.
 *
 * @param symbolicName the bundle's identity
 * @param version the bundle's version
 * @param fragment whether it is a fragment or an extension of the framework
 */
record Facts(String symbolicName, Version version, boolean fragment) {
  /** Reads a jar from beginning to end, so a part of one never passes for a whole. */
  static Facts read(Path jar) throws UnusableJarException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      zip.stream().forEach(entry -> verify(zip, entry));
      ZipEntry entry = zip.getEntry(JarFile.MANIFEST_NAME);
      if (entry == null) {
        throw new UnusableJarException("has no manifest; only OSGi bundles can be deployed", false);
      }
      try (InputStream in = zip.getInputStream(entry)) {
        return of(new Manifest(in).getMainAttributes());
      }
    } catch (IOException | Broken e) {
      throw new UnusableJarException(
          "is not a whole jar ("
              + e.getMessage()
              + "); copy it beside, then move it here: mv is atomic, cp is not",
          false);
    }
  }

  private static Facts of(Attributes manifest) throws UnusableJarException {
    String name = name(manifest.getValue(Constants.BUNDLE_SYMBOLICNAME));
    if (!"2".equals(trimmed(manifest.getValue(Constants.BUNDLE_MANIFESTVERSION)))
        || name.isEmpty()) {
      throw new UnusableJarException(
          "is not an OSGi bundle: its manifest has no Bundle-SymbolicName or no"
              + " Bundle-ManifestVersion: 2; build it with bnd",
          false);
    }
    try {
      return new Facts(
          name,
          Version.parseVersion(manifest.getValue(Constants.BUNDLE_VERSION)),
          manifest.getValue(Constants.FRAGMENT_HOST) != null);
    } catch (IllegalArgumentException e) {
      throw new UnusableJarException("has no valid Bundle-Version: " + e.getMessage(), false);
    }
  }

  private static String name(@Nullable String header) {
    return header == null ? "" : header.split(";", 2)[0].strip();
  }

  private static String trimmed(@Nullable String header) {
    return header == null ? "" : header.strip();
  }

  private static void verify(ZipFile zip, ZipEntry entry) {
    CRC32 crc = new CRC32();
    try (InputStream in = zip.getInputStream(entry);
        CheckedInputStream checked = new CheckedInputStream(in, crc)) {
      checked.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new Broken(entry.getName() + ": " + e.getMessage());
    }
    if (entry.getCrc() != crc.getValue()) {
      throw new Broken(entry.getName() + " has another checksum");
    }
  }

  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken(String message) {
      super(message);
    }
  }
}
