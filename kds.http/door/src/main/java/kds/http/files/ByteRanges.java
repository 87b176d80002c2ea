package kds.http.files;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** The frame of a {@code multipart/byteranges} body (RFC 9110, section 14.6). */
final class ByteRanges {
  private final String boundary = UUID.randomUUID().toString();
  private final String type;
  private final long size;

  /**
   * Makes one.
   *
   * @param type the file's media type
   * @param size the file's size
   */
  ByteRanges(String type, long size) {
    this.type = type;
    this.size = size;
  }

  String contentType() {
    return "multipart/byteranges; boundary=" + boundary;
  }

  /** What stands before a stretch. */
  ByteBuffer head(Span span) {
    return bytes(
        "\r\n--"
            + boundary
            + "\r\nContent-Type: "
            + type
            + "\r\nContent-Range: "
            + span.contentRange(size)
            + "\r\n\r\n");
  }

  /** What stands after the last. */
  ByteBuffer tail() {
    return bytes("\r\n--" + boundary + "--\r\n");
  }

  /** The length of the whole body. */
  long length(List<Span> spans) {
    return spans.stream().mapToLong(span -> head(span).remaining() + span.length()).sum()
        + tail().remaining();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
