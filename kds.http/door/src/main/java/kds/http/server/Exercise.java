package kds.http.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.BooleanSupplier;
import kds.api.security.Caller;
import kds.api.security.Scope;
import kds.http.server.Settings.Endpoint;
import kds.http.tls.Loopback;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Sends files up and down through a listener of its own on the loopback address: the same Jetty,
 * the same TLS, the same calls, over files that exist nowhere. It serves whoever knows a secret
 * that only this object knows, and nothing that it serves is anybody's.
 */
final class Exercise implements AutoCloseable {
  private static final String HEADER = "Kds-Rehearsal";
  private static final String PATH = "/Downloads/rehearsal";
  private static final byte[] CONTENT = new byte[64 << 10];

  /**
   * So much at a time; between two the time is looked at. Uncompiled, on a machine that is busy
   * with other things, a MiB can take a second.
   */
  private static final int UPLOAD = 1 << 20;

  /**
   * So many of them each way over a connection. Java makes what it compiles fit for what it has
   * seen: after one connection alone, the next handshake has it throw the best of it away.
   */
  private static final int ROUNDS = 8;

  private static final int PATIENCE_MILLIS = 5_000;

  private final String secret = secret();
  private final Loopback tls = Loopback.make();
  private final HttpServer server;
  private final int port;
  private volatile boolean over;
  private volatile @Nullable Socket current;

  /**
   * Opens the listener.
   *
   * @param settings the door's limits
   * @param calls what answers
   */
  Exercise(Settings settings, Handler calls) throws GeneralSecurityException, IOException {
    server =
        new HttpServer(
            () -> settings, Allowance.ofHeap(), new Gate(calls), (request, response) -> {});
    try {
      server.start();
      port = server.open(new Endpoint(true, "127.0.0.1", 0), tls.server());
    } catch (Exception e) {
      server.stop(Duration.ZERO);
      throw e instanceof IOException io ? io : new IOException(e.getMessage(), e);
    }
  }

  /**
   * Moves files until the time is up or somebody says so.
   *
   * @return bytes moved, both ways together
   */
  long run(Duration most, BooleanSupplier enough) throws IOException {
    return run(most, enough, secret);
  }

  long run(Duration most, BooleanSupplier enough, String key) throws IOException {
    long until = System.nanoTime() + most.toNanos();
    long moved = 0;
    Connection connection = null;
    try {
      for (int round = 0; System.nanoTime() < until && !enough.getAsBoolean(); round++) {
        if (connection == null || round % ROUNDS == 0) {
          close(connection);
          connection = connect();
        }
        moved += connection.move(key);
      }
      return moved;
    } finally {
      close(connection);
    }
  }

  private Connection connect() throws IOException {
    Socket socket = tls.client().createSocket("127.0.0.1", port);
    current = socket;
    if (over) {
      socket.close();
    }
    socket.setSoTimeout(PATIENCE_MILLIS);
    InputStream in = new BufferedInputStream(socket.getInputStream(), 32 << 10);
    return new Connection(socket, in, socket.getOutputStream());
  }

  private static void close(@Nullable Connection connection) throws IOException {
    if (connection != null) {
      connection.socket.close();
    }
  }

  /** A client's. */
  private record Connection(Socket socket, InputStream in, OutputStream out) {
    /** Moves one file each way. */
    long move(String key) throws IOException {
      put(out, key);
      answer(in);
      head(out, "GET", key, "");
      return UPLOAD + answer(in);
    }
  }

  private static void put(OutputStream out, String key) throws IOException {
    head(out, "PUT", key, "Content-Length: " + UPLOAD + "\r\n");
    for (int sent = 0; sent < UPLOAD; sent += CONTENT.length) {
      out.write(CONTENT);
    }
  }

  private static void head(OutputStream out, String method, String key, String more)
      throws IOException {
    String head =
        method
            + ' '
            + PATH
            + " HTTP/1.1\r\nHost: localhost\r\n"
            + HEADER
            + ": "
            + key
            + "\r\n"
            + more
            + "\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
  }

  /** Reads an answer and forgets it; how many bytes its body had. */
  private static long answer(InputStream in) throws IOException {
    String status = line(in);
    long length = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
        length = Long.parseLong(line.substring(15).strip());
      }
    }
    if (!status.startsWith("HTTP/1.1 20")) {
      throw new IOException("The answer was " + status);
    }
    in.skipNBytes(length);
    return length;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        throw new IOException("The connection was closed");
      }
      if (octet != '\r') {
        line.append((char) octet);
      }
    }
    return line.toString();
  }

  private static String secret() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Cuts off what runs. Any thread may do it. */
  void cut() {
    over = true;
    Socket socket = current;
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException _) {
      // It is closed, or as good as.
    }
  }

  /** Closes all of it. */
  @Override
  public void close() {
    server.stop(Duration.ZERO);
  }

  /** Lets in who knows the secret. */
  private final class Gate extends Handler.Wrapper {
    private static final Caller SELF =
        new Caller(
            "rehearsal",
            Set.of(Scope.FILES_READ, Scope.FILES_WRITE),
            Set.of(),
            "rehearsal",
            "127.0.0.1",
            null);

    Gate(Handler calls) {
      super(calls);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      String given = request.getHeaders().get(HEADER);
      if (given == null || !MessageDigest.isEqual(bytes(given), bytes(secret))) {
        response.setStatus(404);
        callback.succeeded();
        return true;
      }
      request.setAttribute(Inner.CALLER, SELF);
      HeaderDeadline.proven(request);
      return super.handle(request, response, callback);
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
  }
}
