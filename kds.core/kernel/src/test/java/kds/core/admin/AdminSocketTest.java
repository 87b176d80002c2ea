package kds.core.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import kds.api.admin.AdminCommand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminSocketTest {
  @TempDir Path folder;
  private AdminSocket socket;
  private final CountDownLatch waiting = new CountDownLatch(1);
  private final CountDownLatch interrupted = new CountDownLatch(1);

  @BeforeEach
  void listen() {
    socket = new AdminSocket(folder);
    socket.add(command("echo", (words, answer) -> words.forEach(answer)));
    socket.add(
        command(
            "fail",
            (words, answer) -> {
              throw new IOException("It is broken.\nMend it");
            }));
    socket.add(
        command(
            "wait",
            (words, answer) -> {
              waiting.countDown();
              try {
                Thread.sleep(60_000);
              } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
              }
            }));
    socket.listen();
  }

  @AfterEach
  void close() throws IOException {
    socket.close();
  }

  private interface Answering {
    void answer(List<String> words, Consumer<String> answer) throws Exception;
  }

  private static AdminCommand command(String name, Answering answering) {
    return new AdminCommand() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void answer(List<String> words, Consumer<String> answer) throws Exception {
        answering.answer(words, answer);
      }
    };
  }

  private SocketChannel caller(String request) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(folder.resolve(AdminSocket.NAME)));
    channel.write(ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
    return channel;
  }

  private List<String> answer(String request) throws IOException {
    try (SocketChannel channel = caller(request);
        BufferedReader in =
            new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
      return in.lines().toList();
    }
  }

  @Test
  void answersLineByLineAndSaysWhetherItWorked() throws Exception {
    assertThat(answer("echo\ta b\tc")).containsExactly("= a b", "= c", ".");
    assertThat(answer("fail")).containsExactly("! It is broken. Mend it");
    assertThat(answer("nothing")).singleElement().asString().startsWith("! The service knows no");
  }

  @Test
  void refusesARequestThatIsTooLong() throws Exception {
    for (int length : List.of(9_000, 1_000_000)) {
      assertThat(answer("echo\t" + "x".repeat(length)))
          .singleElement()
          .asString()
          .startsWith("! The request is longer than 8192 characters.");
    }
    String most = "x".repeat(8192 - "echo\t".length());
    assertThat(answer("echo\t" + most)).as("control").containsExactly("= " + most, ".");
  }

  @Test
  void tellsACallerThatThereAreTooMany() throws Exception {
    List<SocketChannel> callers = new ArrayList<>();
    try {
      for (int i = 0; i < AdminSocket.MOST_CALLERS; i++) {
        callers.add(caller("wait"));
      }
      try (SocketChannel late = caller("echo");
          BufferedReader in =
              new BufferedReader(Channels.newReader(late, StandardCharsets.UTF_8))) {
        assertThat(in.readLine()).startsWith("! The service answers 500 callers already.");
      }
    } finally {
      for (SocketChannel caller : callers) {
        caller.close();
      }
    }
  }

  @Test
  void onlyItsOwnerCanOpenTheSocket() throws Exception {
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve(AdminSocket.NAME))))
        .isEqualTo("rw-------");
  }

  @Test
  void stopsWorkingForACallerWhoHasGone() throws Exception {
    try (SocketChannel channel = caller("wait")) {
      assertThat(channel.isConnected()).isTrue();
      assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void takesTheSocketOfAServiceThatWasKilled() throws Exception {
    AdminSocket next = new AdminSocket(folder);
    next.add(command("echo", (words, answer) -> answer.accept("next")));
    next.listen();
    assertThat(answer("echo")).containsExactly("= next", ".");
    next.close();
  }
}
