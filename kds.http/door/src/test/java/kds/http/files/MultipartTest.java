package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import kds.http.route.Chunks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartTest {
  private static final String BOUNDARY = "----WebKitFormBoundary7MA4YWxk";

  record Part(String name, String filename, byte[] content) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Part(String n, String f, byte[] c)
          && n.equals(name)
          && java.util.Objects.equals(f, filename)
          && Arrays.equals(c, content);
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }

    @Override
    public String toString() {
      return name + ":" + filename + ":" + new String(content, StandardCharsets.ISO_8859_1);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] form(List<Part> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(utf8("a preamble that\r\nis -- to be\r\n--passed over"));
    for (Part part : parts) {
      out.writeBytes(utf8("\r\n--" + BOUNDARY + " \t\r\nContent-Disposition: form-data; name=\""));
      out.writeBytes(utf8(part.name() + "\""));
      out.writeBytes(utf8(part.filename() == null ? "" : "; filename=\"" + part.filename() + "\""));
      out.writeBytes(utf8("\r\nContent-Type: text/plain\r\n\r\n"));
      out.writeBytes(part.content());
    }
    out.writeBytes(utf8("\r\n--" + BOUNDARY + "--\r\nan epilogue"));
    return out.toByteArray();
  }

  /** Hands out stretches of direct buffers, the ends of which are the given offsets. */
  private static Chunks cut(byte[] all, int... ends) {
    List<ByteBuffer> pieces = new ArrayList<>();
    int from = 0;
    for (int end : ends) {
      if (end > from && end <= all.length) {
        pieces.add(
            ByteBuffer.allocateDirect(end - from).put(Arrays.copyOfRange(all, from, end)).flip());
        from = end;
      }
    }
    if (from < all.length) {
      pieces.add(
          ByteBuffer.allocateDirect(all.length - from)
              .put(Arrays.copyOfRange(all, from, all.length))
              .flip());
    }
    var left = pieces.iterator();
    return () -> left.hasNext() ? left.next() : null;
  }

  private static List<Part> read(Chunks chunks) throws IOException {
    Multipart form = new Multipart(chunks, BOUNDARY);
    List<Part> parts = new ArrayList<>();
    for (Disposition head = form.part(); head != null; head = form.part()) {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      for (ByteBuffer piece = form.next(); piece != null; piece = form.next()) {
        byte[] some = new byte[piece.remaining()];
        piece.get(some);
        content.writeBytes(some);
      }
      parts.add(new Part(head.name(), head.filename(), content.toByteArray()));
    }
    return parts;
  }

  private static final List<Part> NASTY =
      List.of(
          new Part("file", "plain.txt", utf8("hello")),
          new Part("file", "empty", new byte[0]),
          new Part("path", null, utf8("a/b/ü.txt")),
          new Part("file", "crlf", utf8("\r\n\r\n\r\n")),
          new Part("file", "almost", utf8("\r\n--" + BOUNDARY.substring(0, 12) + "\r\n--\r\n-")),
          new Part("file", "ends in cr", utf8("x\r")),
          new Part("file", "ends in crlf--", utf8("x\r\n--")),
          new Part("file", "bare", utf8("\n--" + BOUNDARY + "\n--" + BOUNDARY + "--")),
          new Part("file", "twice", utf8("\r\r\n\r\n--\r\n--" + BOUNDARY.substring(0, 29))),
          new Part("file", "Grüße 🎉/名前\ttab.txt", utf8("ü")));

  @Test
  void readsTheSameHoweverTheBytesAreCutInTwo() throws IOException {
    byte[] all = form(NASTY);
    for (int at = 0; at <= all.length; at++) {
      assertThat(read(cut(all, at))).as("cut at %d of %d", at, all.length).isEqualTo(NASTY);
    }
  }

  @Test
  void readsTheSameByteByByte() throws IOException {
    byte[] all = form(NASTY);
    assertThat(read(cut(all, java.util.stream.IntStream.range(1, all.length).toArray())))
        .isEqualTo(NASTY);
  }

  @Test
  void readsTheSameHoweverTheBytesAreCutInThree() throws IOException {
    byte[] all = form(NASTY.subList(3, 7));
    for (int first = 1; first < all.length; first++) {
      for (int second = first + 1; second < Math.min(all.length, first + 50); second++) {
        assertThat(read(cut(all, first, second))).isEqualTo(NASTY.subList(3, 7));
      }
    }
  }

  @Test
  void readsRandomContentOfTheDelimitersOwnBytesCutAtRandom() throws IOException {
    Random random = new Random(20261120);
    byte[] letters = utf8("\r\n--" + BOUNDARY.substring(0, 6));
    for (int round = 0; round < 3000; round++) {
      List<Part> parts = new ArrayList<>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        byte[] content = new byte[random.nextInt(200)];
        for (int at = 0; at < content.length; at++) {
          content[at] = letters[random.nextInt(letters.length)];
        }
        parts.add(new Part("file", "f" + i, content));
      }
      byte[] all = form(parts);
      int[] ends = random.ints(random.nextInt(12), 1, all.length).sorted().toArray();
      assertThat(read(cut(all, ends))).as("round %d", round).isEqualTo(parts);
    }
  }

  @Test
  void passesOverWhatIsNotRead() throws IOException {
    Multipart form = new Multipart(cut(form(NASTY), 40, 80, 200), BOUNDARY);
    List<String> names = new ArrayList<>();
    for (Disposition head = form.part(); head != null; head = form.part()) {
      names.add(head.name());
    }
    assertThat(names).hasSize(NASTY.size());
    assertThat(form.part()).isNull();
    assertThat(form.next()).isNull();
  }

  @Test
  void takesAPartWhoseBlankLineServesTheDelimiter() throws IOException {
    String text =
        "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n--" + BOUNDARY;
    assertThat(read(cut(utf8(text + "--")))).isEqualTo(List.of(new Part("a", null, new byte[0])));
  }

  @Test
  void refusesAFormThatEndsEarlyWhereverThatIs() {
    byte[] all = form(NASTY);
    int end = new String(all, StandardCharsets.ISO_8859_1).lastIndexOf(BOUNDARY + "--");
    for (int at = 0; at < end + BOUNDARY.length() + 2; at++) {
      byte[] some = Arrays.copyOf(all, at);
      assertThatThrownBy(() -> read(cut(some, 100)))
          .as("ended at %d", at)
          .isInstanceOf(MalformedException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no boundary at all",
        "--B\r\n\r\n",
        "--B\r\nContent-Disposition: attachment; name=\"x\"\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data; filename=\"x\"\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"x\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"x\"\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition form-data; name=\"x\"\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--",
        "--BX\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nx\r\n--B--",
        "--B-\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nx\r\n--B--",
      })
  void refusesWhatIsNoForm(String text) {
    assertThatThrownBy(() -> readAll(text)).isInstanceOf(MalformedException.class);
  }

  private static void readAll(String text) throws IOException {
    Multipart form = new Multipart(cut(utf8(text)), "B");
    while (form.part() != null) {
      while (form.next() != null) {}
    }
  }

  @Test
  void refusesANameThatIsNoUtf8() {
    byte[] bytes =
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\u00fc\"\r\n\r\nx\r\n--B--"
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> new Multipart(cut(bytes), "B").part())
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void boundsHeadersAndParts() {
    String head = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n";
    assertThatThrownBy(() -> readAll(head + "X: " + "y".repeat(20_000) + "\r\n\r\nx\r\n--B--"))
        .hasMessageContaining("longer than 16384");
    assertThatThrownBy(() -> readAll(head + "X: y\r\n".repeat(40) + "\r\nx\r\n--B--"))
        .hasMessageContaining("too many");
    assertThatThrownBy(() -> readAll((head + "\r\n\r\n").repeat(10_001) + "--B--"))
        .hasMessageContaining("10000 parts");
    assertThatThrownBy(() -> readAll("x".repeat(70_000) + "\r\n" + head + "\r\n\r\n--B--"))
        .hasMessageContaining("does not begin");
  }

  @Test
  void readsTheBoundary() throws IOException {
    assertThat(Multipart.boundary("multipart/form-data; boundary=abc")).isEqualTo("abc");
    assertThat(Multipart.boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b:c\"; x=y"))
        .isEqualTo("a b:c");
    for (String bad :
        new String[] {
          null,
          "text/plain",
          "multipart/form-data",
          "multipart/form-data; boundary=",
          "multipart/form-data; boundary=\"\"",
          "multipart/form-data; boundary=\"ends in blank \"",
          "multipart/form-data; boundary=" + "x".repeat(71),
          "multipart/form-data; boundary=a\r\nb",
          "multipart/mixed; boundary=abc"
        }) {
      assertThatThrownBy(() -> Multipart.boundary(bad)).isInstanceOf(MalformedException.class);
    }
  }
}
