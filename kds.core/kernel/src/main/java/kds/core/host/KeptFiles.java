package kds.core.host;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostPart;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.Errno;
import kds.core.host.linux.FileCalls;
import kds.core.host.linux.FileStatus;
import kds.core.host.linux.Flags;
import kds.core.host.linux.HostThread;

/**
 * The files that are written in several goes and are open now, one handle each. Here and not in the
 * bundle that serves them, because two generations of that may serve at once.
 */
final class KeptFiles {
  private static final int UNFINISHED = 0600;

  private final Workers workers;
  private final ConcurrentHashMap<Key, KeptFile> open = new ConcurrentHashMap<>();

  KeptFiles(Workers workers) {
    this.workers = workers;
  }

  /** Which file it is. */
  record Key(long device, long inode) {}

  /** A file and its folder, held open. */
  record Opened(Target target, Descriptor folder, byte[] part, Key key) implements AutoCloseable {
    /** For one that came too late for who had it opened. */
    @Override
    public void close() {
      target.file().close();
      folder.close();
    }
  }

  /** Makes a new one, or opens one again, in a folder that then belongs to it. On a host thread. */
  Opened open(HostThread thread, Walk walk, Descriptor folder, Terms terms, String id, String what)
      throws HostException {
    return open(thread, walk, folder, terms, PartName.kept(id), Flags.KEPT, what);
  }

  /** See {@link #open}. */
  Opened make(HostThread thread, Walk walk, Descriptor folder, Terms terms, String id, String what)
      throws HostException {
    return open(thread, walk, folder, terms, PartName.kept(id), Flags.NAMED_TO_KEEP, what);
  }

  private Opened open(
      HostThread thread,
      Walk walk,
      Descriptor folder,
      Terms terms,
      byte[] part,
      int flags,
      String what)
      throws HostException {
    boolean fresh = flags == Flags.NAMED_TO_KEEP;
    long fd = walk.open(thread, folder, part, flags, fresh ? UNFINISHED : 0);
    if (fd < 0) {
      throw Failures.of(fd, what);
    }
    Descriptor file = new Descriptor((int) fd);
    try {
      FileStatus status = walk.look(thread, file);
      if (!status.isFile() || status.links() != 1 || status.uid() != terms.uid()) {
        throw new HostException(
            Reason.NOT_FOUND, "Could not " + Failures.visible(what) + ": it is not the file begun");
      }
      long moded = fresh ? Modes.set(thread, terms, file, UNFINISHED) : 0;
      if (moded < 0) {
        throw Failures.of(moded, what);
      }
      Key key = new Key(status.device(), status.inode());
      return new Opened(Target.of(file, terms, workers, what), folder, part, key);
    } catch (HostException | RuntimeException | Error e) {
      if (fresh) {
        thread.as(terms.identity(), os -> os.unlink(folder.number(), part));
      }
      file.close();
      throw e;
    }
  }

  /** Makes the handle of a file the one that counts. */
  HostPart take(Opened opened) throws HostException {
    HiddenFile file = HiddenFile.kept(opened.target(), opened.part(), opened.folder());
    KeptFile mine = new KeptFile(file, this, opened.key());
    KeptFile before = open.put(opened.key(), mine);
    try {
      mine.take(before);
      return mine;
    } catch (HostException | RuntimeException | Error e) {
      if (before != null) {
        open.replace(opened.key(), mine, before);
      }
      mine.close();
      throw e;
    }
  }

  void remove(Key key, KeptFile file) {
    open.remove(key, file);
  }

  /** Makes the name of a new one durable. */
  void settle(Opened opened) throws HostException {
    Target target = opened.target();
    long result =
        workers.open(
            target.terms().uid(),
            List.of(target.file(), opened.folder()),
            _ -> {
              int synced = FileCalls.sync(target.file().number());
              return (long) (synced < 0 ? synced : FileCalls.sync(opened.folder().number()));
            });
    if (result != -Errno.EINVAL) {
      target.require(result);
    }
  }
}
