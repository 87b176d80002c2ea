package kds.http.files;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.zip.CRC32C;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * The header Upload-Checksum: an algorithm and the base64 digest of this request's content.
 *
 * @param digest takes the content in
 * @param expected what must come out
 */
record TusChecksum(MessageDigest digest, byte[] expected) implements Verification {
  static final String ALGORITHMS = "sha1,sha256,md5,crc32c";

  /** What is written there is no matter of secrecy: the client chooses against accidents. */
  private static final Map<String, String> NAMES =
      Map.of("sha1", "SHA-1", "sha256", "SHA-256", "md5", "MD5");

  /**
   * Reads it; null when there is none.
   *
   * @throws Refusal 400 {@code bad-digest}
   */
  static @Nullable TusChecksum of(Exchange exchange) throws Refusal {
    String header = exchange.header("Upload-Checksum");
    if (header == null) {
      return null;
    }
    String[] words = header.split(" ", -1);
    if (words.length != 2) {
      throw bad("It is not an algorithm and a digest with one space between them.");
    }
    MessageDigest digest = digest(words[0]);
    try {
      byte[] expected = Base64.getDecoder().decode(words[1]);
      if (expected.length == digest.getDigestLength()) {
        return new TusChecksum(digest, expected);
      }
    } catch (IllegalArgumentException e) {
      // Said below
    }
    throw bad("The digest is not base64, or not as long as one of " + words[0] + ".");
  }

  private static MessageDigest digest(String name) throws Refusal {
    if (name.equals("crc32c")) {
      return new Crc();
    }
    String known = NAMES.get(name);
    if (known == null) {
      throw bad("The algorithm is none of " + ALGORITHMS + ".");
    }
    try {
      return MessageDigest.getInstance(known);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has " + known + ".", e);
    }
  }

  private static Refusal bad(String detail) {
    return Refusal.of(400, "bad-digest", "Upload-Checksum: " + detail);
  }

  /**
   * Compares.
   *
   * @throws Refusal 460 {@code checksum-mismatch}
   */
  @Override
  public void verify() throws Refusal {
    if (!MessageDigest.isEqual(digest.digest(), expected)) {
      throw Refusal.of(
          460,
          "checksum-mismatch",
          "What arrived does not have the checksum that was sent with it. It was taken back: ask"
              + " for the offset, and send it again.");
    }
  }

  /** CRC32C, big-endian. */
  private static final class Crc extends MessageDigest {
    private final CRC32C crc = new CRC32C();

    Crc() {
      super("CRC32C");
    }

    @Override
    protected int engineGetDigestLength() {
      return Integer.BYTES;
    }

    @Override
    protected void engineUpdate(byte input) {
      crc.update(input);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
      crc.update(input, offset, length);
    }

    @Override
    protected void engineUpdate(ByteBuffer input) {
      crc.update(input);
    }

    @Override
    protected byte[] engineDigest() {
      byte[] sum = ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array();
      crc.reset();
      return sum;
    }

    @Override
    protected void engineReset() {
      crc.reset();
    }
  }
}
