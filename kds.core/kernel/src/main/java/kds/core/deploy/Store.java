package kds.core.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import kds.api.host.HostException;
import kds.api.host.TrustedFiles;

/**
 * Private copies of jars. A jar is copied first and judged then, so what was judged is what is
 * loaded, whatever happens to the original meanwhile.
 */
final class Store {
  /** Where no lease tells that nobody writes to a jar, it must have been left alone for so long. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private final Path folder;

  private Store(Path folder) {
    this.folder = folder;
  }

  static Store in(Path folder, TrustedFiles trusted) throws IOException, HostException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder.getParent());
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    trusted.check(folder);
    return new Store(folder);
  }

  /**
   * Takes a jar in.
   *
   * @param from the open folder it is in
   * @param file its path in that folder
   */
  Jar take(SecureDirectoryStream<Path> from, Path file, Stamp stamp, boolean deployed)
      throws IOException, UnusableJarException {
    refuseUnfinished(file, stamp);
    Path part = Files.createTempFile(folder, "taking", ".part");
    try {
      String digest = copy(from, file.getFileName(), part);
      refuseUnfinished(file, stamp);
      if (!Stamp.of(from, file.getFileName()).equals(stamp)) {
        throw unfinished();
      }
      Facts facts = Facts.read(part);
      Path kept = folder.resolve(digest + ".jar");
      Files.move(part, kept, StandardCopyOption.ATOMIC_MOVE);
      return new Jar(file, facts, deployed, stamp.modified().toInstant(), digest, kept);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Deletes all copies but these. */
  void keepOnly(Set<Path> copies) throws IOException {
    List<Path> superfluous;
    try (Stream<Path> all = Files.list(folder)) {
      superfluous = all.filter(copy -> !copies.contains(copy)).toList();
    }
    for (Path copy : superfluous) {
      Files.deleteIfExists(copy);
    }
  }

  private static String copy(SecureDirectoryStream<Path> from, Path name, Path to)
      throws IOException {
    MessageDigest digest = sha256();
    Set<OpenOption> reading = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try (InputStream in = Channels.newInputStream(from.newByteChannel(name, reading));
        InputStream digesting = new DigestInputStream(in, digest);
        OutputStream out = Files.newOutputStream(to)) {
      digesting.transferTo(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void refuseUnfinished(Path file, Stamp stamp) throws UnusableJarException {
    switch (Writers.of(file)) {
      case NONE -> {}
      case SOME -> throw unfinished();
      case UNKNOWN -> {
        Duration age = Duration.between(stamp.modified().toInstant(), Instant.now());
        if (age.abs().compareTo(SETTLED) < 0) {
          throw unfinished();
        }
      }
    }
  }

  private static UnusableJarException unfinished() {
    return new UnusableJarException("is still being written; it is used once it is whole", true);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
