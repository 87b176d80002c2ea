package kds.storage.clamav;

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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Speaks clamd's side of INSTREAM on a Unix socket, and finds one signature. */
final class ClamdPeer implements AutoCloseable {
  /** In two parts, so that no scanner takes this file for the thing. */
  static final String SIGNATURE =
      "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*";

  /** How it behaves. */
  enum Mood {
    SCANS,
    HANGS,
    HANGS_UP,
    TAKES_LITTLE,
    FAILS
  }

  /** What it was sent, whole streams only. */
  final List<byte[]> streams = new CopyOnWriteArrayList<>();

  volatile Mood mood = Mood.SCANS;
  private final ServerSocketChannel server;

  ClamdPeer(Path socket) throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(this::accept);
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
      String command = new String(in.readNBytes(10), StandardCharsets.US_ASCII);
      if (!command.equals("zINSTREAM\0") || mood == Mood.HANGS_UP) {
        return;
      }
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      for (int length = in.readInt(); length != 0; length = in.readInt()) {
        stream.writeBytes(in.readNBytes(length));
        if (mood == Mood.TAKES_LITTLE) {
          say(client, "INSTREAM size limit exceeded. ERROR");
          return;
        }
      }
      streams.add(stream.toByteArray());
      switch (mood) {
        case HANGS -> in.read();
        case FAILS -> say(client, "stream: Can't allocate memory ERROR");
        default ->
            say(
                client,
                stream.toString(StandardCharsets.ISO_8859_1).contains(SIGNATURE)
                    ? "stream: Eicar-Test-Signature FOUND"
                    : "stream: OK");
      }
    } catch (IOException e) {
      // the client left
    }
  }

  private static void say(SocketChannel client, String text) throws IOException {
    client.write(ByteBuffer.wrap((text + "\0").getBytes(StandardCharsets.US_ASCII)));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
