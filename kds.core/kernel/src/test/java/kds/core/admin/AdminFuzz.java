package kds.core.admin;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import kds.api.admin.AdminCommand;

/** Whatever is asked at the admin socket: it answers in lines, and says once how it went. */
public final class AdminFuzz {
  private static final Path FOLDER = folder();
  private static final ServerSocketChannel LISTENING = listening();
  private static final Map<String, AdminCommand> COMMANDS =
      Map.of("echo", new Echo(false), "fail", new Echo(true));

  private AdminFuzz() {}

  /** The input is the request, and what is sent after it. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      check(asked(input), input);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String asked(byte[] input) throws IOException {
    try (SocketChannel caller = SocketChannel.open(LISTENING.getLocalAddress())) {
      AdminCall call = new AdminCall(LISTENING.accept(), COMMANDS::get);
      Thread serving = Thread.ofVirtual().start(call::serve);
      ByteBuffer request = ByteBuffer.wrap(Arrays.copyOf(input, input.length + 1));
      request.put(input.length, (byte) '\n');
      while (request.hasRemaining()) {
        caller.write(request);
      }
      byte[] answer = Channels.newInputStream(caller).readAllBytes();
      serving.join();
      return new String(answer, StandardCharsets.UTF_8);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void check(String answer, byte[] input) {
    String[] lines = answer.split("\n", -1);
    String last = lines.length < 2 ? "" : lines[lines.length - 2];
    if (!lines[lines.length - 1].isEmpty() || !(last.equals(".") || last.startsWith("! "))) {
      throw new AssertionError(answer + " answers " + Arrays.toString(input));
    }
    for (String line : List.of(lines).subList(0, lines.length - 2)) {
      if (!line.startsWith("= ")) {
        throw new AssertionError(answer + " answers " + Arrays.toString(input));
      }
    }
  }

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("admin-fuzz");
      folder.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ServerSocketChannel listening() {
    try {
      ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      Path socket = FOLDER.resolve(AdminSocket.NAME);
      channel.bind(UnixDomainSocketAddress.of(socket));
      socket.toFile().deleteOnExit();
      return channel;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Echo(boolean fails) implements AdminCommand {
    @Override
    public String name() {
      return "echo";
    }

    @Override
    public void answer(List<String> words, Consumer<String> answer) throws IOException {
      words.forEach(answer);
      if (fails) {
        throw new IOException(String.join("\n", words));
      }
    }
  }
}
