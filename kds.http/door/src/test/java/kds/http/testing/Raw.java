package kds.http.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** HTTP by hand, for what no client would send. */
public final class Raw {
  private Raw() {}

  /** An answer. */
  public record Answer(int status, Map<String, String> headers, byte[] body) {
    /** The body as text. */
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /** Sends a request without a body and reads the answer to the end of the connection. */
  public static Answer get(int port, String method, String target, String... headers)
      throws IOException {
    return send(port, head(method, target, headers).getBytes(StandardCharsets.ISO_8859_1), false);
  }

  /** The head of a request. */
  public static String head(String method, String target, String... headers) {
    StringBuilder head = new StringBuilder(method + ' ' + target + " HTTP/1.1\r\nHost: x\r\n");
    head.append("Connection: close\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  /** Sends bytes, ends the sending side if wanted, and reads the answer to the end. */
  public static Answer send(int port, byte[] bytes, boolean shut) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
      if (shut) {
        socket.shutdownOutput();
      }
      return parse(socket.getInputStream().readAllBytes());
    }
  }

  /** Reads an answer. */
  public static Answer parse(byte[] all) {
    String text = new String(all, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      return new Answer(0, Map.of(), all);
    }
    Map<String, String> headers = new TreeMap<>();
    String[] lines = text.substring(0, end).split("\r\n");
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    byte[] body = java.util.Arrays.copyOfRange(all, end + 4, all.length);
    return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers, body);
  }
}
