package kds.run.it;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Speaks clamd's side of INSTREAM on a Unix socket; a test says what it finds. */
final class Scanner implements AutoCloseable {
  static final String CLEAN = "stream: OK";
  static final String MALWARE = "stream: Toy.Malware FOUND";

  /** What happens when a whole upload was shown, before the answer. */
  @FunctionalInterface
  interface Look {
    String answer() throws Exception;
  }

  /** The sums of what it was shown, whole streams only. */
  final List<String> seen = new CopyOnWriteArrayList<>();

  private final ServerSocketChannel server;
  private volatile Look look = () -> CLEAN;

  Scanner(Path socket) throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(this::accept);
  }

  /** From here on, and nothing was seen yet. */
  void on(Look each) {
    seen.clear();
    look = each;
  }

  /** By which contents are compared: a failure shall not print them. */
  static String sum(byte[] content) throws GeneralSecurityException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel client = server.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      DataInputStream in = new DataInputStream(Channels.newInputStream(client));
      in.skipNBytes("zINSTREAM\0".length());
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      for (int length = in.readInt(); length != 0; length = in.readInt()) {
        stream.writeBytes(in.readNBytes(length));
      }
      seen.add(sum(stream.toByteArray()));
      byte[] answer = (look.answer() + "\0").getBytes(StandardCharsets.US_ASCII);
      client.write(ByteBuffer.wrap(answer));
    } catch (Exception | AssertionError e) {
      LoggerFactory.getLogger(Scanner.class).error("No answer, so the upload is refused", e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
