package kds.core.display;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaitDisplayTest {
  @TempDir Path folder;
  private final List<ServerSocketChannel> listening = new ArrayList<>();
  private HostUser user;
  private Desktops desktops;
  private WaitDisplay command;
  private volatile CountDownLatch hanging = new CountDownLatch(0);

  @BeforeEach
  void build() throws IOException {
    long self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    Path home = Files.createDirectory(folder.resolve("home"));
    String name = Files.getOwner(Path.of("/proc/self")).getName();
    user = new HostUser(name, self, self, List.of(self), home, "/bin/sh");
    Path processes = Files.createDirectory(folder.resolve("proc"));
    desktops = new Desktops(folder.resolve("x11"), folder.resolve("user"), processes);
    command = new WaitDisplay(new One(user), desktops, this::isThere);
  }

  @AfterEach
  void close() throws IOException {
    for (ServerSocketChannel each : listening) {
      each.close();
    }
  }

  private void listen(Path socket) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(socket));
    listening.add(channel);
  }

  private CompletableFuture<List<String>> asked(String seconds) {
    return CompletableFuture.supplyAsync(
        () -> {
          List<String> lines = new CopyOnWriteArrayList<>();
          try {
            command.answer(List.of(user.name(), seconds), lines::add);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          return lines;
        });
  }

  private boolean isThere(Path home) {
    try {
      hanging.await();
      return Files.isDirectory(home);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void saysSoWhenTheHomeDoesNotAnswer() throws Exception {
    hanging = new CountDownLatch(1);
    long began = System.nanoTime();
    assertThatThrownBy(() -> asked("1").get(20, TimeUnit.SECONDS))
        .hasStackTraceContaining("could be used within 1 s");
    assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(15));
    hanging.countDown();
  }

  private Path runtime() {
    return desktops.runtimes().resolve(Long.toString(user.uid()));
  }

  @Test
  void answersWhenDisplayAuthorityAndBusAreAllThere() throws Exception {
    CompletableFuture<List<String>> asked = asked("60");
    Files.createDirectory(desktops.sockets());
    listen(desktops.sockets().resolve("X11"));
    Files.writeString(user.home().resolve(".Xauthority"), "cookie");
    Files.createDirectories(runtime());
    assertThat(asked).isNotDone();
    listen(runtime().resolve("bus"));
    assertThat(asked.get(20, TimeUnit.SECONDS))
        .containsExactly(
            "DISPLAY=':11'",
            "XAUTHORITY='" + user.home().resolve(".Xauthority") + "'",
            "XDG_RUNTIME_DIR='" + runtime() + "'",
            "DBUS_SESSION_BUS_ADDRESS='unix:path=" + runtime().resolve("bus") + "'");
  }

  @Test
  void aSocketThatNobodyListensAtOrOfSomebodyElseIsNoDisplay() throws Exception {
    Files.createDirectory(desktops.sockets());
    Files.createDirectories(runtime());
    Files.writeString(user.home().resolve(".Xauthority"), "cookie");
    listen(runtime().resolve("bus"));
    Path left = desktops.sockets().resolve("X12");
    listen(left);
    listening.removeLast().close();
    assertThat(left).exists();
    assertThat(desktops.find(user)).isNull();
    listen(desktops.sockets().resolve("X13"));
    assertThat(desktops.find(user)).isNotNull();
    HostUser other =
        new HostUser("other", 43210, 43210, List.of(43210L), user.home(), user.shell());
    assertThat(desktops.find(other)).isNull();
  }

  @Test
  void aLinkToASocketIsNoDisplay() throws Exception {
    Files.createDirectory(desktops.sockets());
    Files.createDirectories(runtime());
    Files.writeString(user.home().resolve(".Xauthority"), "cookie");
    listen(runtime().resolve("bus"));
    Path elsewhere = folder.resolve("elsewhere");
    listen(elsewhere);
    Path link = Files.createSymbolicLink(desktops.sockets().resolve("X14"), elsewhere);
    assertThat(desktops.find(user)).isNull();
    Files.delete(link);
    listen(link);
    assertThat(desktops.find(user)).as("control").isNotNull();
  }

  @Test
  void aUserWhoChangesHisFilesAllTheTimeIsLookedAtSeldom() throws Exception {
    CompletableFuture<List<String>> asked = asked("3");
    long changes = 0;
    while (!asked.isDone()) {
      Files.writeString(user.home().resolve("file" + changes++ % 10), "x");
    }
    assertThat(changes).isGreaterThan(1000);
    assertThat(command.looks()).as("looks at %s changes", changes).isBetween(10L, 100L);
  }

  @ParameterizedTest
  @ValueSource(strings = {":10", ":10.0"})
  void findsTheBusThatADesktopStartedItself(String display) throws Exception {
    Files.createDirectory(desktops.sockets());
    listen(desktops.sockets().resolve("X10"));
    Files.writeString(user.home().resolve(".Xauthority"), "cookie");
    assertThat(desktops.find(user)).isNull();
    Path others = Files.createDirectory(desktops.processes().resolve("4710"));
    Files.writeString(
        others.resolve("environ"), "DISPLAY=:101\0DBUS_SESSION_BUS_ADDRESS=unix:path=/tmp/no\0");
    assertThat(desktops.find(user)).isNull();
    Path process = Files.createDirectory(desktops.processes().resolve("4711"));
    Files.writeString(
        process.resolve("environ"),
        "A=b\0DISPLAY=" + display + "\0DBUS_SESSION_BUS_ADDRESS=unix:path=/tmp/dbus-x,guid=1\0");
    assertThat(desktops.find(user).bus()).isEqualTo("unix:path=/tmp/dbus-x,guid=1");
  }

  @Test
  void saysSoWhenNothingComes() {
    assertThatThrownBy(() -> asked("0").get(20, TimeUnit.SECONDS))
        .hasStackTraceContaining("could be used within 0 s");
    assertThatThrownBy(() -> command.answer(List.of("nobody-here", "1"), _ -> {}))
        .hasMessageContaining("no account 'nobody-here'");
    assertThatThrownBy(() -> command.answer(List.of("x"), _ -> {}))
        .hasMessageContaining("wait-display USER SECONDS");
  }

  private record One(HostUser user) implements HostUsers {
    @Override
    public Optional<HostUser> byName(String name) {
      return name.equals(user.name()) ? Optional.of(user) : Optional.empty();
    }

    @Override
    public Optional<HostUser> byUid(long uid) {
      return Optional.empty();
    }

    @Override
    public HostUser self() {
      return user;
    }
  }
}
