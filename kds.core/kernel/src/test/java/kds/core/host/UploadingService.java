package kds.core.host;

import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;
import kds.api.host.HostFolder;
import kds.api.host.HostUpload;
import kds.api.host.HostUser;

/**
 * A process that uploads for a user until it is killed, and says on standard output what it has
 * published. Every file tells its own length and checksum.
 */
final class UploadingService {
  static final int HEADER = 16;
  private static final int THREADS = 4;
  private static final int LARGEST = 1 << 20;

  private UploadingService() {}

  /** Arguments: user, round, "named" or "unnamed". */
  public static void main(String[] arguments) throws Exception {
    Host host = new Host(arguments[2].equals("named"));
    HostUser user = host.users.byName(arguments[0]).orElseThrow();
    HostFolder folder = host.files.enterHome(user, "Downloads", true);
    for (int t = 0; t < THREADS; t++) {
      int thread = t;
      Thread.ofPlatform()
          .start(
              () -> {
                for (int i = 0; ; i++) {
                  upload(folder, "%s-%d-%d".formatted(arguments[1], thread, i), false);
                  upload(folder, "sub/again-" + thread, true);
                }
              });
    }
  }

  private static void upload(HostFolder folder, String path, boolean replace) {
    ByteBuffer content = content();
    boolean announced = ThreadLocalRandom.current().nextBoolean();
    try (HostUpload upload = folder.create(path, announced ? content.remaining() : -1)) {
      while (content.hasRemaining()) {
        int end = Math.min(content.limit(), content.position() + (256 << 10));
        upload.write(content.slice(content.position(), end - content.position()));
        content.position(end);
      }
      upload.publish(path.substring(path.lastIndexOf('/') + 1), replace);
      say(path);
    } catch (kds.api.host.HostException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One write for each line, so that half a line is never read. */
  private static synchronized void say(String path) {
    byte[] line = (path + "\n").getBytes();
    System.out.write(line, 0, line.length);
    System.out.flush();
  }

  private static ByteBuffer content() {
    byte[] data = new byte[ThreadLocalRandom.current().nextInt(LARGEST)];
    ThreadLocalRandom.current().nextBytes(data);
    CRC32C sum = new CRC32C();
    sum.update(data);
    return ByteBuffer.allocateDirect(HEADER + data.length)
        .putLong(data.length)
        .putLong(sum.getValue())
        .put(data)
        .flip();
  }

  /** Whether a file is whole. */
  static boolean isWhole(byte[] file) {
    if (file.length < HEADER) {
      return false;
    }
    ByteBuffer content = ByteBuffer.wrap(file);
    long length = content.getLong();
    CRC32C sum = new CRC32C();
    sum.update(file, HEADER, file.length - HEADER);
    return content.getLong() == sum.getValue() && length == file.length - HEADER;
  }
}
