package kds.core.host;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
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
  private final Set<Long> local = ConcurrentHashMap.newKeySet();

  AtOnce(Workers workers) {
    this.workers = workers;
  }

  /** Enters a folder that the operator named. A walk that opens nothing waits for no server. */
  @Nullable Descriptor enter(Path folder) {
    byte[] name = folder.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length >= Syscalls.MOST_PATH) {
      return null;
    }
    return workers.here(
        os -> opened(os.open(Flags.AT_FDCWD, name, Flags.ANCHOR, 0, Flags.cached(Flags.TRUSTED))));
  }

  /** Opens a regular file in a folder that was entered as the service itself. */
  @Nullable OpenFile open(Descriptor root, RelativePath path, Terms terms) {
    if (terms.identity() != null || !root.hold()) {
      return null;
    }
    try {
      return workers.here(os -> open(os, root, path, terms));
    } finally {
      root.release();
    }
  }

  private @Nullable OpenFile open(Syscalls os, Descriptor root, RelativePath path, Terms terms) {
    if (os.lookAtOnce(root.number()) < 0) {
      return null;
    }
    long device = os.status().device();
    if (!local.contains(device)) {
      return null;
    }
    Descriptor file =
        opened(os.open(root.number(), path.bytes(), Flags.READ, 0, Flags.cached(terms.resolve())));
    if (file == null) {
      return null;
    }
    FileStatus status = os.look(file.number()) < 0 ? null : os.status();
    if (status == null
        || !status.isFile()
        || status.device() != device
        || (terms.strict() && status.links() != 1)) {
      file.close();
      return null;
    }
    return new OpenFile(file, status, terms, workers);
  }

  /**
   * Learns, on a host thread, whether a folder's file system is on the machine itself. When its
   * number is given to another one later, opening may wait there; {@link Workers#here} bounds how
   * many threads do.
   *
   * @param device its file system
   */
  void learn(Descriptor root, long device) {
    if (!local.contains(device) && FileCalls.isLocal(root.number())) {
      local.add(device);
    }
  }

  private static @Nullable Descriptor opened(int fd) {
    return fd < 0 ? null : new Descriptor(fd);
  }
}
