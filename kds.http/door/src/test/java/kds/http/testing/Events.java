package kds.http.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A client of server-sent events. */
public final class Events implements AutoCloseable {
  /** A stream that only says that it is alive must not keep a test for ever. */
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private final Socket socket;
  private final BufferedReader in;
  private final long end = System.nanoTime() + LONGEST.toNanos();

  /** All lines so far. */
  public final List<String> lines = new ArrayList<>();

  /** Begins to follow over a connection of its own. */
  public Events(Socket socket, String path, String token) throws IOException {
    this.socket = socket;
    socket.setSoTimeout((int) LONGEST.toMillis());
    String head = "GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: " + token + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Reads up to a line that holds this. */
  public String until(String wanted) throws IOException {
    String line = next("'" + wanted + "'");
    while (!line.contains(wanted)) {
      line = next("'" + wanted + "'");
    }
    return line;
  }

  private String next(String wanted) throws IOException {
    String line = in.readLine();
    assertThat(line).as("before %s: %s", wanted, lines).isNotNull();
    lines.add(line);
    assertThat(end - System.nanoTime()).as("time left before %s: %s", wanted, lines).isPositive();
    return line;
  }

  /** Reads to the end of the answer, which must be whole; what came since it was last asked. */
  public String rest() throws IOException {
    int before = lines.size();
    String line = next("the last chunk");
    while (!line.equals("0")) {
      line = next("the last chunk");
    }
    return String.join("\n", lines.subList(before, lines.size()));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
