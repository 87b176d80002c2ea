package kds.core.config;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The file's characters.
 *
 * @param mark a UTF-8 byte order mark that some editors put first, or nothing
 * @param text everything else
 */
record ConfigText(String mark, String text) {
  private static final String ORDER_MARK = "\uFEFF";

  /** Reads UTF-8 strictly. */
  static ConfigText of(byte[] bytes) throws BadConfigException {
    if (isUtf16(bytes)) {
      throw new BadConfigException(
          new Spot(1, 1), "", "The file is UTF-16, not UTF-8.", "Save it as UTF-8.");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .decode(in, out, true);
    CharBuffer read = out.flip();
    if (result.isError()) {
      throw new BadConfigException(
          Spot.at(read, read.length()),
          "",
          "Here is a byte that is not UTF-8.",
          "Save the file as UTF-8, or remove the byte.");
    }
    String all = read.toString();
    boolean marked = all.startsWith(ORDER_MARK);
    ConfigText text = new ConfigText(marked ? ORDER_MARK : "", marked ? all.substring(1) : all);
    text.refuseControlCharacters();
    return text;
  }

  byte[] bytes() {
    return (mark + text).getBytes(StandardCharsets.UTF_8);
  }

  private void refuseControlCharacters() throws BadConfigException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) {
        throw new BadConfigException(
            Spot.at(text, i),
            "",
            String.format("Here is a control character (U+%04X).", (int) c),
            "Remove it; if there are many, the disk or a copy has damaged the file.");
      }
    }
  }

  private static boolean isUtf16(byte[] bytes) {
    return bytes.length > 1
        && ((bytes[0] == (byte) 0xFE && bytes[1] == (byte) 0xFF)
            || (bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xFE));
  }
}
