import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Large transfers, at full speed or held to a rate, their content proved by CRC32C at both ends.
 */
final class Streams {
  /** Bytes per second of a slow stream. */
  static final int SLOW = 100_000;

  private static final Pattern CRC = Pattern.compile("\"crc32c\"\\s*:\\s*\"([0-9a-f]{8})\"");
  private static final Pattern PATH = Pattern.compile("\"path\"\\s*:\\s*\"([^\"]*)\"");

  private final Service service;
  private final HttpClient client;
  private final Supplier<Tally> tally;
  private final IntSupplier swaps;

  Streams(Service service, HttpClient client, Supplier<Tally> tally, IntSupplier swaps) {
    this.service = service;
    this.client = client;
    this.tally = tally;
    this.swaps = swaps;
  }

  /** A file of random bytes. */
  record Content(Path file, long size, String crc32c) {
    static Content make(Path file, long size, long seed) throws IOException {
      Random random = new Random(seed);
      byte[] piece = new byte[1 << 20];
      CRC32C crc = new CRC32C();
      try (OutputStream out = Files.newOutputStream(file)) {
        for (long left = size; left > 0; left -= piece.length) {
          random.nextBytes(piece);
          int length = (int) Math.min(left, piece.length);
          out.write(piece, 0, length);
          crc.update(piece, 0, length);
        }
      }
      return new Content(file, size, hex(crc));
    }
  }

  /**
   * Gets a file that lies in the service's folder.
   *
   * @param slow whether to hold back, asked before each piece
   */
  void download(Content content, BooleanSupplier slow) {
    int before = swaps.getAsInt();
    String name = content.file().getFileName().toString();
    try {
      HttpResponse<InputStream> response =
          client.send(service.request("/Downloads/" + name).build(), BodyHandlers.ofInputStream());
      String got;
      try (InputStream body = new Paced(response.body(), slow)) {
        got = digest(body);
      }
      settle("download of " + name, response.statusCode(), 200, got, content, before);
    } catch (IOException e) {
      tally.get().broke("download of " + name + ": " + e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends a file under a name, and removes what was published. */
  void upload(Content content, String name, BooleanSupplier slow) {
    int before = swaps.getAsInt();
    try {
      HttpResponse<String> response =
          client.send(
              service
                  .request("/Downloads/" + name)
                  .PUT(
                      BodyPublishers.fromPublisher(
                          BodyPublishers.ofInputStream(() -> open(content, slow)), content.size()))
                  .build(),
              BodyHandlers.ofString());
      String body = response.body();
      Path stored = service.files().resolve(first(PATH, body));
      String receipt = first(CRC, body);
      settle("receipt of " + name, response.statusCode(), 201, receipt, content, before);
      if (response.statusCode() == 201) {
        proveStored(stored, content);
        Files.delete(stored);
      }
    } catch (IOException e) {
      tally.get().broke("upload of " + name + ": " + e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void settle(
      String what, int status, int wanted, String crc32c, Content content, int before) {
    if (status != wanted) {
      tally.get().broke(what + ": status " + status);
    } else if (!content.crc32c().equals(crc32c)) {
      tally.get().broke(what + ": CRC32C " + crc32c + ", not " + content.crc32c());
    } else {
      tally.get().transferred(content.size(), swaps.getAsInt() - before);
    }
  }

  private void proveStored(Path stored, Content content) throws IOException {
    try (InputStream file = Files.newInputStream(stored)) {
      String crc32c = digest(file);
      if (!crc32c.equals(content.crc32c())) {
        tally.get().broke(stored.getFileName() + " on disk: CRC32C " + crc32c);
      }
    }
  }

  private static InputStream open(Content content, BooleanSupplier slow) {
    try {
      return new Paced(Files.newInputStream(content.file()), slow);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String digest(InputStream content) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] piece = new byte[256 << 10];
    for (int read = content.read(piece); read >= 0; read = content.read(piece)) {
      crc.update(piece, 0, read);
    }
    return hex(crc);
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : "none";
  }

  private static String hex(CRC32C crc) {
    return HexFormat.of().toHexDigits(crc.getValue(), 8);
  }

  /** Hands out a tenth of a second's bytes at a time while it is to be slow. */
  private static final class Paced extends FilterInputStream {
    private final BooleanSupplier slow;
    private long due = System.nanoTime();

    Paced(InputStream in, BooleanSupplier slow) {
      super(in);
      this.slow = slow;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      if (!slow.getAsBoolean()) {
        return super.read(into, from, length);
      }
      int read = super.read(into, from, Math.min(length, SLOW / 10));
      due =
          Math.max(due, System.nanoTime() - 100_000_000L)
              + Math.max(read, 0) * 1_000_000_000L / SLOW;
      pause(due - System.nanoTime());
      return read;
    }

    private static void pause(long nanos) {
      if (nanos > 0) {
        try {
          Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
