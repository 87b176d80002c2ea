package kds.storage.transfer;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The digests of an upload, taken while it passes. One thread at a time. */
final class Digests {
  private final CRC32C crc32c = new CRC32C();
  private final @Nullable MessageDigest sha256;
  private final @Nullable String knownCrc32c;
  private final @Nullable String knownSha256;

  /** Begins; CRC32C always, for the processor computes it at memory speed. */
  Digests(boolean sha256) {
    this.sha256 = sha256 ? sha256() : null;
    this.knownCrc32c = null;
    this.knownSha256 = null;
  }

  /** Those of a content that has passed already. */
  Digests(String crc32c, @Nullable String sha256) {
    this.sha256 = null;
    this.knownCrc32c = crc32c;
    this.knownSha256 = sha256;
  }

  /** Takes in what remains in a buffer, and leaves the buffer as it is. */
  void update(ByteBuffer buffer) {
    crc32c.update(buffer.duplicate());
    if (sha256 != null) {
      sha256.update(buffer.duplicate());
    }
  }

  /** CRC32C, eight lower-case hex digits. */
  String crc32c() {
    return knownCrc32c != null ? knownCrc32c : HexFormat.of().toHexDigits(crc32c.getValue(), 8);
  }

  /** Ends SHA-256: lower-case hex digits, null when it was not asked for. To be called once. */
  @Nullable String finishSha256() {
    return sha256 == null ? knownSha256 : HexFormat.of().formatHex(sha256.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256; this one does not.", e);
    }
  }
}
