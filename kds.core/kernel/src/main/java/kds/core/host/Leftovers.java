package kds.core.host;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import kds.api.host.HostException;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.FileCalls;
import kds.core.host.linux.FileStatus;
import kds.core.host.linux.Flags;
import kds.core.host.linux.FolderReader;
import kds.core.host.linux.HostThread;
import org.jspecify.annotations.Nullable;

/**
 * Removes part files that a killed service left behind. A folder is swept at an upload to it, in
 * the background, once in a few hours. Only old ones go: a young one may be the upload of another
 * server that has the same home.
 */
final class Leftovers {
  private static final Duration OLD = Duration.ofHours(24);

  /** Those that are meant to be gone on with are removed by who began them; this is for orphans. */
  private static final Duration OLD_KEPT = Duration.ofDays(30);

  private static final Duration AGAIN = Duration.ofHours(6);
  private static final int MOST_KEPT = 4096;
  private static final byte[] HERE = {'.'};

  private final Workers workers;
  private final Recent<FolderKey, Boolean> swept = new Recent<>(AGAIN, MOST_KEPT);

  Leftovers(Workers workers) {
    this.workers = workers;
  }

  private record FolderKey(long device, long inode) {}

  /** Has a folder swept if it is time. On a host thread; does not wait. */
  void sweep(HostThread thread, Descriptor folder, Terms terms) throws HostException {
    FileStatus status = new Walk(terms).look(thread, folder);
    FolderKey key = new FolderKey(status.device(), status.inode());
    if (swept.get(key).isEmpty()) {
      swept.put(key, true);
      long fd = new Walk(terms).open(thread, folder, HERE, Flags.FOLDER, 0);
      if (fd >= 0) {
        Descriptor again = new Descriptor((int) fd);
        if (!workers.later(terms.uid(), again, other -> remove(other, again, terms))) {
          again.close();
        }
      }
    }
  }

  private static int remove(HostThread thread, Descriptor folder, Terms terms) {
    List<byte[]> old = new ArrayList<>();
    try (folder) {
      Instant now = Instant.now();
      new FolderReader(thread, terms.identity(), folder.number())
          .read((name, status) -> note(old, name, status, terms.uid(), now));
      for (byte[] name : old) {
        thread.as(terms.identity(), os -> os.unlink(folder.number(), name));
      }
    }
    return old.size();
  }

  private static boolean note(
      List<byte[]> old, ByteBuffer bytes, @Nullable FileStatus status, long uid, Instant now) {
    String name = StandardCharsets.ISO_8859_1.decode(bytes).toString();
    if (status != null
        && PartName.matches(name)
        && status.isFile()
        && (status.uid() == uid || status.uid() == FileCalls.uid()) // sealed ones are the service's
        && status.modified().isBefore(now.minus(PartName.isKept(name) ? OLD_KEPT : OLD))) {
      old.add(name.getBytes(StandardCharsets.ISO_8859_1));
    }
    return true;
  }
}
