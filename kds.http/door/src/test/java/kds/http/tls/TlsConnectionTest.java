package kds.http.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import kds.http.server.PlainFiles;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Content passes unharmed, however many records go at a time, and places are given back. */
@Timeout(60)
final class TlsConnectionTest {
  private static final int PLACES = 2;
  private static final byte[] CONTENT = new byte[9_000_001];

  static {
    new Random(7).nextBytes(CONTENT);
  }

  @TempDir Path folder;
  private final Semaphore places = new Semaphore(PLACES);
  private final AtomicInteger fewest = new AtomicInteger(PLACES);
  private final Server server =
      new Server(new QueuedThreadPool(16), null, new ArrayByteBufferPool(0, -1, 256 << 10));
  private SSLContext client;
  private int port;

  @BeforeEach
  void open() throws Exception {
    Path key = folder.resolve("key.pem");
    Path certificate = folder.resolve("cert.pem");
    SelfSigned.make(new PlainFiles(), key, certificate);
    Identity identity =
        Identity.read(
            Files.readAllBytes(key), "key", Files.readAllBytes(certificate), "certificate");
    HttpConnectionFactory http = new HttpConnectionFactory();
    ServerConnector connector =
        new ServerConnector(server, 1, 1, new Counted(Tls.server(identity)), http);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(new Echo());
    server.start();
    port = connector.getLocalPort();
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("kds", identity.chain().getFirst());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    client = SSLContext.getInstance("TLS");
    client.init(null, trust.getTrustManagers(), null);
  }

  @AfterEach
  void givesEveryPlaceBack() throws Exception {
    server.stop();
    assertThat(places.availablePermits()).isEqualTo(PLACES);
  }

  @ParameterizedTest
  @CsvSource({"TLSv1.3,0", "TLSv1.2,0", "TLSv1.3,2"})
  void carriesMuchBothWays(String protocol, int taken) throws Exception {
    places.acquire(taken);
    try (SSLSocket socket = connect(protocol)) {
      for (int again = 0; again < 3; again++) {
        put(socket.getOutputStream(), CONTENT.length, CONTENT);
        assertThat(head(socket.getInputStream())).contains("crc=" + crc(CONTENT));
        get(socket.getOutputStream());
        InputStream in = socket.getInputStream();
        assertThat(head(in)).contains("200");
        assertThat(in.readNBytes(CONTENT.length)).isEqualTo(CONTENT);
      }
    }
    assertThat(fewest.get()).isEqualTo(PLACES - (taken == 0 ? 1 : taken));
    places.release(taken);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 16_384, 16_385, 140_000})
  void answersAClientThatClosesItsSideAtOnce(int size) throws Exception {
    byte[] content = java.util.Arrays.copyOf(CONTENT, size);
    try (SSLSocket socket = connect("TLSv1.3")) {
      put(socket.getOutputStream(), size, content);
      socket.shutdownOutput();
      assertThat(head(socket.getInputStream())).contains("crc=" + crc(content));
    }
  }

  @Test
  void takesNoBodyThatBrokeOff() throws Exception {
    try (SSLSocket socket = connect("TLSv1.3")) {
      put(socket.getOutputStream(), CONTENT.length + 1, CONTENT);
      socket.shutdownOutput();
      assertThat(head(socket.getInputStream())).doesNotContain("crc=");
    }
  }

  private SSLSocket connect(String protocol) throws Exception {
    SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setEnabledProtocols(new String[] {protocol});
    socket.startHandshake();
    return socket;
  }

  private static void put(OutputStream out, int announced, byte[] content) throws Exception {
    String head = "PUT /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + announced + "\r\n\r\n";
    out.write(head.getBytes());
    out.write(content);
  }

  private static void get(OutputStream out) throws Exception {
    out.write("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes());
  }

  private static String head(InputStream in) throws Exception {
    StringBuilder head = new StringBuilder();
    for (int octet = in.read(); octet >= 0; octet = in.read()) {
      head.append((char) octet);
      if (octet == '\n' && head.toString().endsWith("\r\n\r\n")) {
        break;
      }
    }
    return head.toString();
  }

  private static String crc(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return Long.toHexString(crc.getValue());
  }

  /** Tells the sum of what it got, or gives the content. */
  private static final class Echo extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      if (request.getMethod().equals("GET")) {
        response.getHeaders().put("Content-Length", CONTENT.length);
        response.write(true, ByteBuffer.wrap(CONTENT), callback);
        return true;
      }
      CRC32C crc = new CRC32C();
      try (InputStream in = Content.Source.asInputStream(request)) {
        byte[] some = new byte[300_000];
        for (int n = in.read(some); n >= 0; n = in.read(some)) {
          crc.update(some, 0, n);
        }
      }
      response.getHeaders().put("X-Sum", "crc=" + Long.toHexString(crc.getValue()));
      response.getHeaders().put("Content-Length", 0);
      callback.succeeded();
      return true;
    }
  }

  /** Notes how few places were left. */
  private final class Counted extends SslConnectionFactory {
    Counted(SslContextFactory.Server tls) {
      super(tls, "http/1.1");
    }

    @Override
    protected SslConnection newSslConnection(Connector connector, EndPoint end, SSLEngine engine) {
      Semaphore watched =
          new Semaphore(0) {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean tryAcquire() {
              boolean got = places.tryAcquire();
              fewest.accumulateAndGet(places.availablePermits(), Math::min);
              return got;
            }

            @Override
            public void release() {
              places.release();
            }
          };
      return new TlsConnection(connector, getSslContextFactory(), end, engine, watched);
    }
  }
}
