package kds.run.it;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kds.run.it.Uploads.Answer;

/** One upload in two goes, each by curl, which can be gone on with. Answers hold their headers. */
final class TusUpload {
  private static final Pattern LOCATION = Pattern.compile("(?im)^location: *(\\S+)");
  private static final Pattern OFFSET = Pattern.compile("(?im)^upload-offset: *(\\d+)");

  private final Uploads uploads;
  private final String all;
  private final Path source;
  private final String name;
  private String url = "";
  private long acknowledged;
  private boolean finished;

  TusUpload(Uploads uploads, String all, Path source, String name) {
    this.uploads = uploads;
    this.all = all;
    this.source = source;
    this.name = name;
  }

  Path source() {
    return source;
  }

  String name() {
    return name;
  }

  /** How many bytes the service has said that it has. */
  long acknowledged() {
    return acknowledged;
  }

  /** Whether it was begun, as far as its client knows, and has not ended. */
  boolean goesOn() {
    return !url.isEmpty() && !finished;
  }

  /** The answer to the last call, or to the first that failed. */
  Answer send() throws IOException, InterruptedException {
    Answer begun = begin();
    return begun.status().equals("201") ? from(0) : begun;
  }

  /** Announces it. */
  Answer begin() throws IOException, InterruptedException {
    String shown = Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    Answer begun =
        call(
            "-X",
            "POST",
            "-H",
            "Upload-Length: " + Files.size(source),
            "-H",
            "Upload-Metadata: filename " + shown,
            all);
    if (!begun.status().equals("201")) {
      return begun;
    }
    Matcher location = LOCATION.matcher(begun.body());
    if (!location.find()) {
      throw new IllegalStateException("No Location in " + begun.body());
    }
    url = URI.create(all).resolve(location.group(1)).toString();
    return begun;
  }

  /** Sends the first of its two pieces. */
  Answer sendHalf() throws IOException, InterruptedException {
    return piece(0);
  }

  /** Asks how far it is, and sends the rest. */
  Answer goOn() throws IOException, InterruptedException {
    Answer head = call("-I", url);
    if (!head.status().equals("200")) {
      return head;
    }
    Matcher offset = OFFSET.matcher(head.body());
    if (!offset.find()) {
      throw new IllegalStateException("No Upload-Offset in " + head.body());
    }
    long at = Long.parseLong(offset.group(1));
    if (at < acknowledged) {
      throw new AssertionError(
          "%s: %d bytes were acknowledged, %d are there".formatted(name, acknowledged, at));
    }
    finished = at == Files.size(source);
    return finished ? head : from(at);
  }

  /** Ends it, unless it is finished. */
  Answer terminate() throws IOException, InterruptedException {
    Answer answer = call("-X", "DELETE", url);
    finished = true;
    return answer;
  }

  private Answer from(long offset) throws IOException, InterruptedException {
    long at = offset;
    Answer answer;
    do {
      answer = piece(at);
      if (!answer.status().equals("204")) {
        return answer;
      }
      at = acknowledged;
    } while (at < Files.size(source));
    finished = true;
    return answer;
  }

  private Answer piece(long at) throws IOException, InterruptedException {
    long size = Files.size(source);
    long end = Math.min(size, at + size / 2 + 1);
    Path piece = Files.createTempFile("kds-it-", ".piece");
    try {
      Files.write(piece, bytes(at, end));
      Answer answer = patch(at, piece);
      if (answer.status().equals("204")) {
        acknowledged = end;
      }
      return answer;
    } finally {
      Files.delete(piece);
    }
  }

  private byte[] bytes(long from, long to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) (to - from));
    try (FileChannel file = FileChannel.open(source)) {
      file.read(bytes, from);
    }
    return bytes.array();
  }

  private Answer patch(long at, Path piece) throws IOException, InterruptedException {
    return call(
        "-X",
        "PATCH",
        "-H",
        "Content-Type: application/offset+octet-stream",
        "-H",
        "Upload-Offset: " + at,
        "--data-binary",
        "@" + piece,
        url);
  }

  private Answer call(String... words) throws IOException, InterruptedException {
    String[] more = new String[words.length + 3];
    System.arraycopy(new String[] {"-i", "-H", "Tus-Resumable: 1.0.0"}, 0, more, 0, 3);
    System.arraycopy(words, 0, more, 3, words.length);
    return uploads.curl(more);
  }
}
