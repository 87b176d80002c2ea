package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ScanTest {
  @Test
  void findsEachByteAtEachPlace() {
    for (int length = 0; length < 35; length++) {
      for (int at = 0; at < length; at++) {
        for (int value = 0; value < 256; value++) {
          byte[] bytes = new byte[length + 1];
          Arrays.fill(bytes, (byte) 'x');
          bytes[at] = (byte) value;
          bytes[length] = '\n'; // Behind the end.
          boolean ends = value == '\n' || value == '\r';
          boolean hidden = value < 0x20 && value != '\t' || value >= 0x7f;
          assertThat(Scan.lineEnd(bytes, 0, length)).isEqualTo(ends ? at : length);
          assertThat(Scan.invisible(bytes, 0, length)).isEqualTo(hidden ? at : length);
        }
      }
    }
  }

  @Test
  void findsTheFirstOfSeveralAmongTabs() {
    byte[] bytes =
        "\t\tabc\tdef\t\tghi\u001b\t\n\r".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThat(Scan.invisible(bytes, 0, bytes.length)).isEqualTo(14);
    assertThat(Scan.lineEnd(bytes, 0, bytes.length)).isEqualTo(16);
    assertThat(Scan.lineEnd(bytes, 17, bytes.length)).isEqualTo(17);
  }
}
