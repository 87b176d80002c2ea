package kds.storage.transfer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import kds.api.host.HostException;
import kds.api.host.StateFiles;
import kds.api.host.StateFolder;
import kds.api.host.StateFolder.Durability;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The states of uploads that go on later: one file each, replaced as a whole and durably. Two
 * generations of this bundle may use the folder at once.
 */
final class UploadStates {
  private static final JsonMapper JSON = new JsonMapper();
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int KEY_BYTES = 32;
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{43}");
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}");
  private static final String SUFFIX = ".json";
  private static final int MOST_BYTES = 1 << 20;

  private final StateFolder folder;

  UploadStates(StateFolder folder) {
    this.folder = folder;
  }

  /**
   * Those of the service.
   *
   * @throws IllegalStateException when its state folder cannot be used; the message says why
   */
  static UploadStates of(StateFiles files) {
    try {
      return new UploadStates(files.folder("uploads"));
    } catch (HostException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
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
      return folder
          .read(name + SUFFIX, MOST_BYTES)
          .map(bytes -> JSON.readValue(bytes, UploadState.class));
    } catch (HostException | JacksonException e) {
      throw new IOException("The state of upload " + name + " cannot be read", e);
    }
  }

  /** Writes one, durably. */
  void write(String name, UploadState state) throws IOException {
    try {
      folder.write(name + SUFFIX, JSON.writeValueAsBytes(state), Durability.MACHINE);
    } catch (HostException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Removes one. */
  void delete(String name) throws IOException {
    try {
      folder.delete(name + SUFFIX);
    } catch (HostException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** The names of all. */
  List<String> names() throws IOException {
    try {
      return folder.names().stream()
          .filter(file -> file.endsWith(SUFFIX))
          .map(file -> file.substring(0, file.length() - SUFFIX.length()))
          .filter(name -> NAME.matcher(name).matches())
          .toList();
    } catch (HostException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
