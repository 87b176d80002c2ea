package kds.api.transfer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an upload shall become.
 *
 * @param path where the file shall appear, relative; missing folders are made
 * @param size how many bytes will come, or -1 when unknown
 * @param onConflict what to do when the name is taken, null for the configured rule
 * @param sha256 whether to compute SHA-256 beside the CRC32C that every upload gets
 * @param mustBeNew refuse when the name is taken, whatever the rule ({@code If-None-Match: *})
 * @param further whether it belongs together with the upload before, as the second file of a form;
 *     then no least time between the two is asked for
 */
public record UploadRequest(
    String path,
    long size,
    @Nullable OnConflict onConflict,
    boolean sha256,
    boolean mustBeNew,
    boolean further) {
  /** What to do when the name is taken. */
  public enum OnConflict {
    /** Publish as {@code name (1).ext}. */
    RENAME,
    /** Replace the file that is there, at once and as a whole. */
    OVERWRITE,
    /** Refuse the upload. */
    REJECT
  }

  /** Checks that there is a path. */
  public UploadRequest {
    Objects.requireNonNull(path, "path");
  }

  /** One that stands alone. */
  public UploadRequest(
      String path, long size, @Nullable OnConflict onConflict, boolean sha256, boolean mustBeNew) {
    this(path, size, onConflict, sha256, mustBeNew, false);
  }
}
