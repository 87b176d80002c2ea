import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A client that lists, sends a small file and gets it back, over and over, while asked to. */
final class Load implements Runnable {
  private static final int LARGEST = 64 << 10;

  private final Service service;
  private final HttpClient client;
  private final int number;
  private final Random random;
  private final Supplier<Tally> tally;
  private final BooleanSupplier goesOn;

  Load(
      Service service,
      HttpClient client,
      int number,
      long seed,
      Supplier<Tally> tally,
      BooleanSupplier goesOn) {
    this.service = service;
    this.client = client;
    this.number = number;
    this.random = new Random(seed);
    this.tally = tally;
    this.goesOn = goesOn;
  }

  @Override
  public void run() {
    for (int round = 0; goesOn.getAsBoolean(); round++) {
      byte[] content = new byte[1 + random.nextInt(LARGEST)];
      random.nextBytes(content);
      String name = "small-" + number + "-" + round + ".bin";
      expect(200, null, "GET", "/api/downloads", null);
      if (expect(201, null, "PUT", "/Downloads/" + name, content)) {
        expect(200, content, "GET", "/Downloads/" + name, null);
      }
      delete(name);
    }
  }

  private boolean expect(int status, byte[] body, String method, String path, byte[] content) {
    Tally now = tally.get();
    String newest = now.newest();
    long began = System.nanoTime();
    try {
      HttpResponse<byte[]> response =
          client.send(
              service
                  .request(path)
                  .timeout(Duration.ofSeconds(60))
                  .method(
                      method,
                      content == null
                          ? BodyPublishers.noBody()
                          : BodyPublishers.ofByteArray(content))
                  .build(),
              BodyHandlers.ofByteArray());
      long nanos = System.nanoTime() - began;
      if (response.statusCode() != status) {
        now.failed(method + " " + path + ": " + response.statusCode() + text(response));
        return false;
      }
      if (body != null && !Arrays.equals(body, response.body())) {
        now.failed(method + " " + path + ": another content than was sent");
        return false;
      }
      now.answered(Service.version(response), newest, nanos);
      return true;
    } catch (IOException e) {
      now.failed(method + " " + path + ": " + e);
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(HttpResponse<byte[]> response) {
    String text = new String(response.body());
    return " " + text.substring(0, Math.min(text.length(), 300));
  }

  private void delete(String name) {
    try {
      Files.deleteIfExists(service.files().resolve(name));
    } catch (IOException e) {
      tally.get().failed("removing " + name + ": " + e);
    }
  }
}
