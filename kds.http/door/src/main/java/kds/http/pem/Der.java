package kds.http.pem;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * As much of DER (X.690) as it takes to put an old key format into the envelope that the JDK reads,
 * and to write a certificate.
 */
public final class Der {
  /** Tag. */
  public static final int INTEGER = 0x02;

  /** Tag. */
  public static final int BIT_STRING = 0x03;

  /** Tag. */
  public static final int OCTET_STRING = 0x04;

  /** Tag. */
  public static final int NULL = 0x05;

  /** Tag. */
  public static final int OBJECT_ID = 0x06;

  /** Tag. */
  public static final int SEQUENCE = 0x30;

  /** Tag. */
  public static final int CONTEXT_0 = 0xA0;

  /** One value with its tag. */
  record Value(int tag, byte[] content) {}

  private Der() {}

  /** A value: its tag, its length, its contents one after the other. */
  public static byte[] value(int tag, byte[]... contents) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] content : contents) {
      body.writeBytes(content);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    writeLength(out, body.size());
    out.writeBytes(body.toByteArray());
    return out.toByteArray();
  }

  /** An object identifier whose content octets are given in hex. */
  public static byte[] objectId(String hex) {
    return value(OBJECT_ID, HexFormat.of().parseHex(hex));
  }

  /**
   * The values that follow one another in these bytes.
   *
   * @throws IllegalArgumentException when they are not DER
   */
  static List<Value> values(byte[] bytes) {
    List<Value> values = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      int tag = bytes[at++] & 0xFF;
      int length = at < bytes.length ? bytes[at++] & 0xFF : -1;
      if (length > 0x80 && length <= 0x83) {
        int octets = length & 0x7F;
        length = 0;
        for (int i = 0; i < octets; i++) {
          length = at < bytes.length ? length << 8 | bytes[at++] & 0xFF : -1;
        }
      }
      if (length < 0 || length > bytes.length - at) {
        throw new IllegalArgumentException("not DER");
      }
      byte[] content = new byte[length];
      System.arraycopy(bytes, at, content, 0, length);
      values.add(new Value(tag, content));
      at += length;
    }
    return values;
  }

  private static void writeLength(ByteArrayOutputStream out, int length) {
    if (length < 0x80) {
      out.write(length);
      return;
    }
    int octets = (32 - Integer.numberOfLeadingZeros(length) + 7) / 8;
    out.write(0x80 | octets);
    for (int i = octets - 1; i >= 0; i--) {
      out.write(length >> (8 * i));
    }
  }
}
