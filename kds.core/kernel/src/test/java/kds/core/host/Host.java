package kds.core.host;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import kds.api.host.HostException;
import kds.api.host.HostFile;
import kds.api.host.HostFolder;
import kds.api.host.HostUpload;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** The services as the kernel makes them, and what tests do with them again and again. */
final class Host implements AutoCloseable {
  final NssUsers users = new NssUsers();
  final LinuxHostFiles files;

  Host() throws HostException {
    this(false);
  }

  /** With {@code named}, as on a file system that cannot make files without a name. */
  Host(boolean named) throws HostException {
    files = new LinuxHostFiles(users, users, new Workers(named));
    files.start();
  }

  HostFolder downloads(TestUser user) throws HostException {
    return files.enterHome(user.account(), "Downloads", true);
  }

  static String read(HostFolder folder, String path) throws HostException {
    try (HostFile file = folder.open(path)) {
      ByteBuffer into = ByteBuffer.allocateDirect((int) Math.max(file.size(), 1));
      while (into.hasRemaining() && file.read(into, into.position()) > 0) {}
      return StandardCharsets.UTF_8.decode(into.flip()).toString();
    }
  }

  static void write(HostFolder folder, String path, String text) throws HostException {
    write(folder, path, text, false);
  }

  static void write(HostFolder folder, String path, String text, boolean replace)
      throws HostException {
    ByteBuffer bytes = direct(text);
    try (HostUpload upload = folder.create(path, bytes.remaining())) {
      upload.write(bytes);
      upload.publish(path.substring(path.lastIndexOf('/') + 1), replace);
    }
  }

  static ByteBuffer direct(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  /** The reason a call is refused for; fails when it is not refused. */
  static HostException.Reason refusal(ThrowingCallable call) {
    Throwable thrown = Assertions.catchThrowable(call);
    Assertions.assertThat(thrown).isInstanceOf(HostException.class);
    return ((HostException) thrown).reason();
  }

  @Override
  public void close() {
    files.stop();
    users.stop();
  }
}
