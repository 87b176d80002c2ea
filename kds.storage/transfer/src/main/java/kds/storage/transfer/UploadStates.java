package kds.storage.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The states of uploads that go on later: one file each, for the service's own eyes, replaced as a
 * whole and durably. Two generations of this bundle may use the folder at once.
 */
final class UploadStates {
  private static final JsonMapper JSON = new JsonMapper();
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int KEY_BYTES = 32;
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{43}");
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}");
  private static final String SUFFIX = ".json";
  private static final long ROOM = 64 << 10;
  private static final Duration HALF_WRITTEN = Duration.ofHours(1);
  private static final FileAttribute<?> PRIVATE_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path folder;

  UploadStates(Path folder) {
    this.folder = folder;
  }

  /** A new key: nobody guesses it. */
  static String newKey() {
    byte[] random = new byte[KEY_BYTES];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  /** A new name for a hidden file. */
  static String newPart() {
    byte[] random = new byte[16];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** Under which name the state of a key is kept; empty when it cannot be a key. */
  static Optional<String> name(String key) {
    if (!KEY.matcher(key).matches()) {
      return Optional.empty();
    }
    try {
      byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return Optional.of(HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256; this one does not.", e);
    }
  }

  /** Reads one; empty when there is none. */
  Optional<UploadState> read(String name) throws IOException {
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file(name)), UploadState.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException e) {
      throw new IOException("The state of an upload cannot be read: " + file(name), e);
    }
  }

  /** Writes one, durably. */
  void write(String name, UploadState state) throws IOException {
    Files.createDirectories(folder, PRIVATE_FOLDER);
    Path fresh = folder.resolve(name + "." + newPart());
    try {
      try (FileChannel file =
          FileChannel.open(
              fresh,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PRIVATE_FILE)) {
        ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(state));
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
        file.force(true);
      }
      Files.move(fresh, file(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
    try (FileChannel whole = FileChannel.open(folder, StandardOpenOption.READ)) {
      whole.force(true);
    }
  }

  /** Whether there is no room for another. */
  boolean full() {
    try {
      return Files.getFileStore(folder).getUsableSpace() < ROOM;
    } catch (IOException e) {
      return false; // then it is not known why a write failed
    }
  }

  /** Removes one. */
  void delete(String name) throws IOException {
    Files.deleteIfExists(file(name));
  }

  /** Removes what a killed service was about to write. */
  void tidy(Instant now) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(each -> !each.toString().endsWith(SUFFIX)).toList()) {
        FileTime written = Files.getLastModifiedTime(file);
        if (written.toInstant().plus(HALF_WRITTEN).isBefore(now)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      // No upload yet, or another generation was quicker.
    }
  }

  /** The names of all. */
  List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(SUFFIX))
          .map(file -> file.substring(0, file.length() - SUFFIX.length()))
          .filter(name -> NAME.matcher(name).matches())
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private Path file(String name) {
    return folder.resolve(name + SUFFIX);
  }
}
