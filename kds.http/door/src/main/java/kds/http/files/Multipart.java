package kds.http.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.regex.Matcher;
import kds.http.route.Chunks;
import kds.http.route.Percent;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code multipart/form-data} body (RFC 2046, section 5.1; RFC 7578) part by part, while it
 * arrives. Content is handed out as slices of the buffers it came in: nothing is copied, nothing
 * gathered, whatever the size.
 *
 * <p>Why not Jetty's parser: it swallows what a listener throws, turns tabs in names into blanks
 * and takes bytes that are no UTF-8 for others.
 */
final class Multipart implements Chunks {
  private static final int MAX_HEAD = 16 << 10;
  private static final int MAX_HEADERS = 32;
  private static final int MAX_PARTS = 10_000;
  private static final int MAX_PREAMBLE = 64 << 10;

  private final Chunks source;
  private final Delimiter delimiter;
  private ByteBuffer in = ByteBuffer.allocate(0);
  private State state = State.PREAMBLE;

  /** How much of the delimiter the bytes so far end with, and how much of that was never sent. */
  private int matched = 2;

  private int lent = 2;
  private int parts;

  private enum State {
    PREAMBLE,
    CONTENT,
    AFTER_DELIMITER,
    END
  }

  Multipart(Chunks source, String boundary) {
    this.source = source;
    this.delimiter = new Delimiter(boundary);
  }

  /**
   * Goes on to the next part, past what is left of this one.
   *
   * @return what it is; null after the last one
   */
  @Nullable Disposition part() throws IOException {
    boolean preamble = state == State.PREAMBLE;
    int passed = 0;
    for (ByteBuffer piece = next(); piece != null; piece = next()) {
      passed += preamble ? piece.remaining() : 0;
      if (passed > MAX_PREAMBLE) {
        throw new MalformedException("The form does not begin with its boundary.");
      }
    }
    if (state == State.END || closes()) {
      state = State.END;
      return null;
    }
    if (++parts > MAX_PARTS) {
      throw new MalformedException(
          "The form has more than " + MAX_PARTS + " parts. Send the files in several requests.");
    }
    Disposition head = head();
    state = State.CONTENT;
    // A part without content may let its blank line serve as the delimiter's first (RFC 2046).
    matched = 2;
    lent = 2;
    return head;
  }

  /** The next piece of this part's content, null at its end. */
  @Override
  public @Nullable ByteBuffer next() throws IOException {
    while (state == State.CONTENT || state == State.PREAMBLE) {
      if (!in.hasRemaining()) {
        refill();
      }
      ByteBuffer piece = matched > 0 ? resume() : scan();
      if (piece != null && piece.hasRemaining()) {
        return piece;
      }
    }
    return null;
  }

  /** Goes on with a delimiter that an earlier buffer began; gives back what was none after all. */
  private @Nullable ByteBuffer resume() {
    matched += delimiter.match(in, matched);
    if (matched == delimiter.length()) {
      matched = 0;
      lent = 0;
      state = State.AFTER_DELIMITER;
      return null;
    }
    if (!in.hasRemaining()) {
      return null;
    }
    ByteBuffer held = delimiter.part(lent, matched);
    matched = 0;
    lent = 0;
    return held;
  }

  private ByteBuffer scan() {
    int from = in.position();
    int found = delimiter.find(in);
    if (found >= 0) {
      in.position(found + delimiter.length());
      state = State.AFTER_DELIMITER;
      return in.slice(from, found - from);
    }
    matched = delimiter.tail(in);
    int end = in.limit() - matched;
    in.position(in.limit());
    return in.slice(from, end - from);
  }

  /** Reads what follows a delimiter; whether it was the last one. */
  private boolean closes() throws IOException {
    int octet = read();
    if (octet == '-' && read() == '-') {
      return true;
    }
    for (int blanks = 0; octet == ' ' || octet == '\t'; blanks++) {
      if (blanks > 256) {
        throw new MalformedException("A boundary is followed by too many blanks.");
      }
      octet = read();
    }
    if (octet != '\r' || read() != '\n') {
      throw new MalformedException("A boundary is not followed by a line end.");
    }
    return false;
  }

  private Disposition head() throws IOException {
    Disposition disposition = null;
    int left = MAX_HEAD;
    for (int headers = 0; ; headers++) {
      String line = line(left);
      if (line.isEmpty()) {
        break;
      }
      left -= line.length();
      int colon = line.indexOf(':');
      if (colon < 1 || headers == MAX_HEADERS) {
        throw new MalformedException("A part's headers are no headers, or too many.");
      }
      if (line.substring(0, colon).equalsIgnoreCase("Content-Disposition")) {
        disposition = Disposition.of(line.substring(colon + 1));
      }
    }
    if (disposition == null) {
      throw new MalformedException("A part of the form has no Content-Disposition.");
    }
    return disposition;
  }

  private String line(int limit) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    for (int octet = read(); octet != '\r'; octet = read()) {
      if (bytes.size() >= limit) {
        throw new MalformedException("A part's headers are longer than " + MAX_HEAD + " bytes.");
      }
      if (octet == '\n' || octet == 0) {
        throw new MalformedException("A part's header holds a bare line feed or a NUL.");
      }
      bytes.write(octet);
    }
    if (read() != '\n') {
      throw new MalformedException("A part's header line does not end in CR LF.");
    }
    try {
      return Percent.text(bytes.toByteArray());
    } catch (CharacterCodingException e) {
      throw new MalformedException("A name in the form is not UTF-8. Send names as UTF-8.");
    }
  }

  private int read() throws IOException {
    if (!in.hasRemaining()) {
      refill();
    }
    return in.get() & 0xFF;
  }

  private void refill() throws IOException {
    ByteBuffer more = source.next();
    if (more == null) {
      throw new MalformedException("The form ends before its closing boundary.");
    }
    in = more;
  }

  /**
   * Reads the boundary of a Content-Type.
   *
   * @throws MalformedException when it is no {@code multipart/form-data} with a proper boundary
   */
  static String boundary(@Nullable String contentType) throws MalformedException {
    String type = contentType == null ? "" : contentType;
    Matcher matcher = Delimiter.PARAMETER.matcher(type);
    if (!matcher.find()) {
      throw new MalformedException(
          "The body is no multipart/form-data with a boundary. Send the files as a form, as"
              + " curl -F file=@name does.");
    }
    return matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
  }
}
