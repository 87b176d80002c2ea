package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import kds.http.testing.House;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import kds.http.testing.TestDoor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileDownloadTest {
  private static final int SIZE = 1_000_003;

  @TempDir Path folder;
  private House house;
  private byte[] content;

  @BeforeEach
  void open() throws Exception {
    house = new House(folder);
    content = new byte[SIZE];
    new Random(7).nextBytes(content);
    Path file = Files.write(folder.resolve("f.bin"), content);
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-11-20T08:00:00.250Z")));
  }

  @AfterEach
  void close() {
    house.close();
  }

  private Answer get(String target, String... headers) throws IOException {
    return house.client.call("GET", target, headers);
  }

  @Test
  void givesTheFileAsAnAttachmentThatNoBrowserGuessesAt() throws Exception {
    Answer answer = get("/Downloads/f.bin");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(content);
    assertThat(answer.headers())
        .containsEntry("Content-Type", "application/octet-stream")
        .containsEntry("Content-Length", "" + SIZE)
        .containsEntry("Accept-Ranges", "bytes")
        .containsEntry("X-Content-Type-Options", "nosniff")
        .containsEntry("Last-Modified", "Fri, 20 Nov 2026 08:00:00 GMT")
        .containsEntry("Kds-Place", "home; reason=home")
        .containsEntry("Kds-Capability", "kds.storage.transfer;version=1.0.0")
        .containsEntry(
            "Content-Disposition", "attachment; filename=\"f.bin\"; filename*=UTF-8''f.bin");
    assertThat(answer.headers().get("ETag")).matches("\"[!#-~]+\"");
    assertThat(house.files.open.await(0)).isZero();
    assertThat(house.gate.leases.await(0)).isZero();
  }

  @Test
  void givesTheSameHeadersForHead() throws Exception {
    for (String name : new String[] {"f.bin", "empty", "absent"}) {
      Files.write(folder.resolve("empty"), new byte[0]);
      Map<String, String> get = new TreeMap<>(get("/Downloads/" + name).headers());
      Answer head = house.client.call("HEAD", "/Downloads/" + name, "Range", "bytes=0-1");
      Map<String, String> headers = new TreeMap<>(head.headers());
      assertThat(head.body()).isEmpty();
      for (String differing : List.of("date", "kds-request-id")) {
        get.keySet().removeIf(differing::equalsIgnoreCase);
        headers.keySet().removeIf(differing::equalsIgnoreCase);
      }
      assertThat(headers).isEqualTo(get);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ü 🎉.txt|attachment; filename=\"_ _.txt\"; filename*=UTF-8''%C3%BC%20%F0%9F%8E%89.txt",
        "a\"b\\c%41;d.txt"
            + "|attachment; filename=\"a_b_c_41;d.txt\"; filename*=UTF-8''a%22b%5Cc%2541%3Bd.txt",
      })
  void tellsTheTrueName(String name, String disposition) {
    assertThat(FileDownload.disposition(name)).isEqualTo(disposition);
  }

  @Test
  void letsNoNameBreakTheHeader() {
    assertThat(FileDownload.disposition("a\r\nSet-Cookie: x")).doesNotContain("\r", "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0-0",
        "0-",
        "5-",
        "-1",
        "-1000003",
        "-5000000",
        "0-262143",
        "262143-262145",
        "1000002-",
        "524288-786432",
        "999999-2000000"
      })
  void givesAPartByteForByte(String range) throws Exception {
    Answer answer = get("/Downloads/f.bin", "Range", "bytes=" + range);
    Span span = ((Ranges.Parts) Ranges.of("bytes=" + range, SIZE)).spans().getFirst();
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.headers())
        .containsEntry("Content-Range", span.contentRange(SIZE))
        .containsEntry("Content-Length", "" + span.length());
    assertThat(answer.body())
        .isEqualTo(Arrays.copyOfRange(content, (int) span.first(), (int) span.last() + 1));
  }

  @Test
  void givesSeveralPartsByteForByte() throws Exception {
    Random random = new Random(11);
    for (int round = 0; round < 40; round++) {
      List<String> specs = new ArrayList<>();
      for (int i = 0; i < 2 + random.nextInt(8); i++) {
        int first = random.nextInt(SIZE);
        specs.add(first + "-" + (first + random.nextInt(40_000)));
      }
      String header = "bytes=" + String.join(", ", specs);
      List<Span> spans = ((Ranges.Parts) Ranges.of(header, SIZE)).spans();
      Answer answer = get("/Downloads/f.bin", "Range", header);
      assertThat(answer.status()).isEqualTo(206);
      assertThat(answer.headers()).containsEntry("Content-Length", "" + answer.body().length);
      if (spans.size() > 1) {
        String type = answer.headers().get("Content-Type");
        assertThat(type).startsWith("multipart/byteranges; boundary=");
        assertThat(answer.body()).isEqualTo(reference(spans, type.replaceFirst(".*=", "")));
        assertThat(answer.headers()).doesNotContainKey("Content-Range");
      }
    }
  }

  /** Written from RFC 9110, section 14.6, not from the code under test. */
  private byte[] reference(List<Span> spans, String boundary) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Span span : spans) {
      String head =
          "\r\n--%s\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes %d-%d/%d\r\n\r\n"
              .formatted(boundary, span.first(), span.last(), SIZE);
      out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
      out.write(content, (int) span.first(), (int) span.length());
    }
    out.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  @Test
  void saysTheSizeWhenARangeLiesBehindTheEnd() throws Exception {
    Answer answer = get("/Downloads/f.bin", "Range", "bytes=1000003-");
    assertThat(answer.status()).isEqualTo(416);
    assertThat(answer.headers()).containsEntry("Content-Range", "bytes */1000003");
    assertThat(answer.text()).contains("range-not-satisfiable");
  }

  @Test
  void heedsConditionsOverHttp() throws Exception {
    String tag = get("/Downloads/f.bin").headers().get("ETag");
    String date = "Fri, 20 Nov 2026 08:00:00 GMT";
    String[][] cases = {
      {"If-None-Match", tag, "304"},
      {"If-None-Match", "W/" + tag, "304"},
      {"If-None-Match", "\"x\"", "200"},
      {"If-Match", tag, "200"},
      {"If-Match", "\"x\"", "412"},
      {"If-Modified-Since", date, "304"},
      {"If-Modified-Since", "Fri, 20 Nov 2026 07:59:59 GMT", "200"},
      {"If-Unmodified-Since", date, "200"},
      {"If-Unmodified-Since", "Fri, 20 Nov 2026 07:59:59 GMT", "412"},
    };
    for (String[] row : cases) {
      for (String method : new String[] {"GET", "HEAD"}) {
        Answer answer = house.client.call(method, "/Downloads/f.bin", row[0], row[1]);
        assertThat(answer.status())
            .as("%s %s", method, String.join(" ", row))
            .isEqualTo(Integer.parseInt(row[2]));
        if (answer.status() == 304) {
          assertThat(answer.headers()).containsEntry("ETag", tag);
          assertThat(answer.body()).isEmpty();
        }
      }
    }
    assertThat(partial("If-Range", tag)).isEqualTo(206);
    assertThat(partial("If-Range", "\"x\"")).isEqualTo(200);
    assertThat(partial("If-Range", date)).isEqualTo(206);
    assertThat(partial("If-Range", "Fri, 20 Nov 2026 07:59:59 GMT")).isEqualTo(200);
    assertThat(partial("If-None-Match", tag)).isEqualTo(304);
  }

  private int partial(String header, String value) throws IOException {
    return get("/Downloads/f.bin", "Range", "bytes=1-2", header, value).status();
  }

  @Test
  void cutsTheConnectionWhenTheFileShrinksInsteadOfPaddingIt() throws Exception {
    Path large = folder.resolve("large");
    try (FileChannel channel =
        FileChannel.open(large, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), (64 << 20) - 1);
      try (Socket socket = new Socket("127.0.0.1", house.door.port())) {
        socket.setReceiveBufferSize(64 << 10);
        socket.setSoTimeout(20_000);
        String head = Raw.head("GET", "/Downloads/large", "Authorization: " + TestDoor.FILES);
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        byte[] first = socket.getInputStream().readNBytes(4096);
        channel.truncate(1 << 20);
        long rest = readToTheEnd(socket);
        assertThat(new String(first, StandardCharsets.ISO_8859_1))
            .contains("Content-Length: 67108864");
        assertThat(rest).isLessThan(64 << 20);
      }
    }
    assertThat(house.files.open.await(0)).isZero();
    assertThat(house.gate.leases.await(0)).isZero();
  }

  private static long readToTheEnd(Socket socket) {
    long count = 0;
    byte[] buffer = new byte[64 << 10];
    try {
      for (int n = 0; n >= 0; n = socket.getInputStream().read(buffer)) {
        count += n;
      }
    } catch (IOException reset) {
      return count;
    }
    return count;
  }

  @Test
  void releasesEverythingWhenTheClientLeaves() throws Exception {
    Path large = folder.resolve("large");
    try (FileChannel channel =
        FileChannel.open(large, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), (256 << 20) - 1);
    }
    try (Socket socket = new Socket("127.0.0.1", house.door.port())) {
      String head = Raw.head("GET", "/Downloads/large", "Authorization: " + TestDoor.FILES);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().readNBytes(4096)).hasSize(4096);
      assertThat(house.gate.leases.get()).isEqualTo(1);
    }
    assertThat(house.files.open.await(0)).isZero();
    assertThat(house.gate.leases.await(0)).isZero();
  }

  @Test
  void givesAnEmptyFile() throws Exception {
    Files.write(folder.resolve("empty"), new byte[0]);
    Answer answer = get("/Downloads/empty");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers()).containsEntry("Content-Length", "0");
    assertThat(get("/Downloads/empty", "Range", "bytes=0-").status()).isEqualTo(416);
    assertThat(get("/Downloads/empty", "Range", "bytes=-1").status()).isEqualTo(200);
  }

  @Test
  void namesWhatIsNotThere() throws Exception {
    Answer answer = get("/Downloads/absent");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text()).contains("urn:kds:problem:not-found", "absent");
    assertThat(answer.headers()).containsKey("Kds-Request-Id");
    assertThat(answer.headers()).doesNotContainKey("ETag");
  }

  @Test
  void refusesAToolongName() throws Exception {
    assertThat(get("/Downloads/" + "x".repeat(256)).text()).contains("name-too-long");
    assertThatThrownBy(() -> get("/Downloads/%zz")).isInstanceOf(IllegalArgumentException.class);
  }
}
