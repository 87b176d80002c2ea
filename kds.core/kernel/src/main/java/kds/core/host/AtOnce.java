package kds.core.host;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.FileCalls;
import kds.core.host.linux.FileStatus;
import kds.core.host.linux.Flags;
import kds.core.host.linux.Syscalls;
import org.jspecify.annotations.Nullable;

/**
 * Opens what the kernel knows already, in the calling thread: two hand-overs to another thread cost
 * more than all else about a small file. Only as the service itself, and only where no device is
 * waited for. In every other case, refusals too, the answer is null: then a host thread does it,
 * under the same rules, and says what is wrong. Thread-safe.
 *
 * <p>{@code RESOLVE_CACHED} (openat2(2)) keeps a walk from asking the file system; that opening the
 * file then does not wait is known of file systems on the machine itself, and those are learnt by
 * the host threads.
 */
final class AtOnce {
  private final Workers workers;
  private final Map<Path, Local> folders = new ConcurrentHashMap<>();

  /** A file system on the machine itself. */
  private record Local(long device, boolean inMemory) {}

  AtOnce(Workers workers) {
    this.workers = workers;
  }

  /** Enters a folder that the operator named. A walk that opens nothing waits for no server. */
  @Nullable Descriptor enter(Path folder) {
    byte[] name = folder.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length >= Syscalls.MOST_PATH) {
      return null;
    }
    return workers.atOnce(
        os -> opened(os.open(Flags.AT_FDCWD, name, Flags.ANCHOR, 0, Flags.cached(Flags.TRUSTED))));
  }

  /** Opens a regular file in a folder that was entered as the service itself. */
  @Nullable OpenFile open(Descriptor root, RelativePath path, Terms terms) {
    Local known = terms.identity() == null ? folders.get(terms.folder()) : null;
    if (known == null || !root.hold()) {
      return null;
    }
    try {
      return workers.here(os -> open(os, root, known, path, terms));
    } finally {
      root.release();
    }
  }

  private @Nullable OpenFile open(
      Syscalls os, Descriptor root, Local known, RelativePath path, Terms terms) {
    Descriptor file =
        opened(os.open(root.number(), path.bytes(), Flags.READ, 0, Flags.cached(terms.resolve())));
    if (file == null) {
      return null;
    }
    FileStatus status = os.look(file.number()) < 0 ? null : os.status();
    if (status == null
        || !status.isFile()
        || status.device() != known.device()
        || (terms.strict() && status.links() != 1)) {
      file.close();
      return null;
    }
    return new OpenFile(file, status, terms, workers, known.inMemory());
  }

  /**
   * Learns, on a host thread, whether a folder's file system is on the machine itself. When another
   * one is mounted there later, opening may wait once, until its files turn out to be elsewhere;
   * {@link Workers#here} bounds how many threads do.
   *
   * @param folder by the name that it is entered by
   * @param device its file system
   */
  void learn(Path folder, Descriptor root, long device) {
    Local known = folders.get(folder);
    if (known == null || known.device() != device) {
      if (FileCalls.isLocal(root.number())) {
        folders.put(folder, new Local(device, FileCalls.inMemory(root.number())));
      } else {
        folders.remove(folder);
      }
    }
  }

  private static @Nullable Descriptor opened(int fd) {
    return fd < 0 ? null : new Descriptor(fd);
  }
}
