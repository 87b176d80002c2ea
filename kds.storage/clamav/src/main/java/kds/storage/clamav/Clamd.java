package kds.storage.clamav;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import kds.api.transfer.UploadInspector.Allow;
import kds.api.transfer.UploadInspector.Inspected;
import kds.api.transfer.UploadInspector.Refuse;
import kds.api.transfer.UploadInspector.Verdict;

/**
 * The command INSTREAM of clamd (clamd(8)): pieces with their length before them, an empty one at
 * the end, then the answer. The content goes over the socket, so the daemon needs no right to the
 * file. Thread-safe.
 *
 * @param socket clamd's Unix socket
 * @param timeout for one upload
 */
record Clamd(Path socket, Duration timeout) {
  private static final byte[] COMMAND = "zINSTREAM\0".getBytes(StandardCharsets.US_ASCII);
  private static final int PIECE = 128 << 10;
  private static final int LONGEST_ANSWER = 4096;

  /**
   * Has an upload looked at.
   *
   * @throws IOException when the daemon is not there, does not answer in time, or could not do it
   */
  Verdict scan(Inspected upload) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      Thread watchdog = closeLater(channel);
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        send(channel, upload);
        return verdict(answer(channel));
      } catch (ClosedChannelException e) {
        throw new IOException(
            "clamd at " + socket + " did not answer within " + timeout.toMillis() + " ms", e);
      } finally {
        watchdog.interrupt();
      }
    }
  }

  /** Blocking channels know no time limit; closing one ends whoever waits for it. */
  private Thread closeLater(SocketChannel channel) {
    return Thread.ofVirtual()
        .name("kds-clamd-timeout")
        .start(
            () -> {
              try {
                Thread.sleep(timeout);
                channel.close();
              } catch (InterruptedException | IOException e) {
                Thread.currentThread().interrupt(); // answered in time, or closed already
              }
            });
  }

  private static void send(SocketChannel channel, Inspected upload) throws IOException {
    write(channel, ByteBuffer.wrap(COMMAND));
    ByteBuffer piece = ByteBuffer.allocateDirect(Integer.BYTES + PIECE);
    try {
      long at = 0;
      while (at < upload.size()) {
        piece.clear().position(Integer.BYTES);
        int length = upload.read(piece, at);
        if (length < 0) {
          throw new IOException("The upload ends at " + at + " of " + upload.size() + " bytes");
        }
        piece.flip().putInt(0, length);
        write(channel, piece);
        at += length;
      }
      write(channel, ByteBuffer.allocate(Integer.BYTES));
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      // clamd hangs up on a stream that is too long, and says so: the answer tells more.
      if (!"Broken pipe".equals(e.getMessage())) {
        throw e;
      }
    }
  }

  private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String answer(SocketChannel channel) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(LONGEST_ANSWER);
    while (answer.hasRemaining() && channel.read(answer) >= 0) {
      if (answer.position() > 0 && answer.get(answer.position() - 1) == 0) {
        break;
      }
    }
    return StandardCharsets.UTF_8.decode(answer.flip()).toString().replace("\0", "").strip();
  }

  private static Verdict verdict(String answer) throws IOException {
    if (answer.equals("stream: OK")) {
      return new Allow();
    }
    if (answer.startsWith("stream: ") && answer.endsWith(" FOUND")) {
      String name = answer.substring("stream: ".length(), answer.length() - " FOUND".length());
      return new Refuse("It contains malware (" + name + ").");
    }
    if (answer.startsWith("INSTREAM size limit exceeded")) {
      return new Refuse("It is larger than what the virus scanner takes. Ask the administrator.");
    }
    throw new IOException("clamd answered: '" + answer + "'");
  }
}
