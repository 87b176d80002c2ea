package kds.core.admin;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import kds.api.admin.AdminCommand;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on a Unix socket that only root (or the service's own user) can open; who opened it is
 * asked of the kernel as well. One request a connection: a line with a command and its words, with
 * tabs in between. The answer is lines: {@code "= text"}, and at last {@code "."} for success or
 * {@code "! what went wrong"}.
 */
@Component(
    service = {},
    immediate = true)
public final class AdminSocket {
  static final String NAME = "admin.sock";
  private static final Logger LOG = LoggerFactory.getLogger(AdminSocket.class);
  static final int MOST_CALLERS = 500;
  private static final String CROWDED =
      "The service answers " + MOST_CALLERS + " callers already. Try again later.";
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Path path;
  private final Map<String, AdminCommand> commands = new ConcurrentHashMap<>();
  private final Semaphore room = new Semaphore(MOST_CALLERS);
  private volatile @Nullable ServerSocketChannel listening;

  /** Made by Declarative Services. */
  @Activate
  public AdminSocket(BundleContext context) {
    this(Path.of(java.util.Objects.requireNonNullElse(context.getProperty("kds.run"), "/run")));
  }

  AdminSocket(Path folder) {
    path = folder.resolve(NAME);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void add(AdminCommand command) {
    commands.put(command.name(), command);
  }

  void remove(AdminCommand command) {
    commands.remove(command.name(), command);
  }

  @Activate
  void listen() {
    try {
      ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      Files.deleteIfExists(path);
      channel.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      listening = channel;
      Thread.ofVirtual().name("kds-admin").start(() -> accept(channel));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      LOG.error(
          "There is no admin socket {}, so kds-wait-display does not work: {}", path, e.toString());
    }
  }

  @Deactivate
  void close() throws IOException {
    ServerSocketChannel channel = listening;
    if (channel != null) {
      channel.close();
      Files.deleteIfExists(path);
    }
  }

  private void accept(ServerSocketChannel channel) {
    while (channel.isOpen()) {
      try {
        welcome(channel.accept());
      } catch (ClosedChannelException _) {
        return;
      } catch (IOException | RuntimeException e) {
        LOG.warn("A caller at {} was lost: {}", path, e.toString());
        pause();
      }
    }
  }

  /** What fails now, as for want of descriptors, would fail again at once. */
  private static void pause() {
    LockSupport.parkNanos(PAUSE.toNanos());
  }

  private void welcome(SocketChannel caller) throws IOException {
    try {
      if (isTrusted(caller)) {
        admit(caller);
      } else {
        caller.close();
      }
    } catch (IOException | RuntimeException e) {
      caller.close();
      throw e;
    }
  }

  private void admit(SocketChannel caller) throws IOException {
    if (!room.tryAcquire()) {
      AdminCall.refuse(caller, CROWDED);
      return;
    }
    Thread.ofVirtual()
        .name("kds-admin-call")
        .start(
            () -> {
              try {
                new AdminCall(caller, commands::get).serve();
              } finally {
                room.release();
              }
            });
  }

  private boolean isTrusted(SocketChannel caller) throws IOException {
    UserPrincipal user = caller.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    UserPrincipal self = Files.getOwner(Path.of("/proc/self"));
    boolean trusted = user.equals(self) || user.getName().equals("root");
    if (!trusted) {
      LOG.warn("{} is not served at {}: only root is", user.getName(), path);
    }
    return trusted;
  }
}
