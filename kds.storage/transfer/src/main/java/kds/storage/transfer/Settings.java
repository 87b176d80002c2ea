package kds.storage.transfer;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import kds.api.config.Quantity;
import kds.api.transfer.UploadRequest.OnConflict;

/**
 * The configuration, read once.
 *
 * @param maxUploadSize bytes, 0 for no limit
 */
record Settings(
    boolean multiUser,
    Path uploadDir,
    Path downloadDir,
    long maxUploadSize,
    OnConflict onConflict,
    boolean allowUpload,
    boolean allowDownload,
    Fallback fallback,
    Policies policies) {

  /** What to do when the user's own folder cannot be used. */
  enum Fallback {
    SHARED,
    REJECT
  }

  /**
   * Reads the configuration.
   *
   * @throws IllegalArgumentException naming the key and how to write it
   */
  static Settings of(TransferConfig config) {
    return new Settings(
        config.multi_user(),
        folder("upload_dir", config.upload_dir()),
        folder("download_dir", config.download_dir()),
        Quantity.bytes("transfer.max_upload_size", config.max_upload_size()),
        word("transfer.on_conflict", config.on_conflict(), OnConflict.values()),
        config.allow_upload(),
        config.allow_download(),
        word("transfer.fallback", config.fallback(), Fallback.values()),
        Policies.of(config));
  }

  private static Path folder(String key, String text) {
    Path path = Path.of(text.strip());
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(
          key + ": '" + text + "' is not an absolute path. Write it from the root: /srv/files.");
    }
    return path.normalize();
  }

  private static <E extends Enum<E>> E word(String key, String text, E[] words) {
    return Arrays.stream(words)
        .filter(word -> word(word).equals(text.strip()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    key
                        + ": '"
                        + text
                        + "' is none of "
                        + Arrays.stream(words).map(Settings::word).collect(Collectors.joining(", "))
                        + "."));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
