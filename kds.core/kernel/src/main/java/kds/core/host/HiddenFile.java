package kds.core.host;

import java.nio.ByteBuffer;
import java.util.List;
import kds.api.host.HostException;
import kds.api.host.HostUpload;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.Errno;
import kds.core.host.linux.FileCalls;
import kds.core.host.linux.Flags;
import kds.core.host.linux.HostThread;
import kds.core.host.linux.Identity;
import org.jspecify.annotations.Nullable;

/**
 * A file that is being written: without any name where the file system can do that, so that it is
 * gone with the process; else under a {@link PartName}.
 */
final class HiddenFile implements HostUpload {
  private static final byte[] HERE = {'.'};

  /** 0600 until it is all there, so that nobody reads half of it by its hidden name. */
  private static final int UNFINISHED = 0600;

  private final Target target;
  private final Descriptor file;
  private final Descriptor folder;
  private final Terms terms;
  private final Workers workers;
  private final FileContent content;
  private final Reservation reservation;
  private final Publication publication;
  private final WriteBack writeBack;
  private final boolean kept;
  private boolean sealed;
  private long size;
  private boolean trimmed;
  private Progress state = Progress.WRITING;

  private HiddenFile(
      Target target, byte @Nullable [] part, Descriptor folder, boolean sealed, boolean kept) {
    this.target = target;
    this.file = target.file();
    this.terms = target.terms();
    this.workers = target.workers();
    this.folder = folder;
    this.sealed = sealed;
    this.kept = kept;
    this.content = new FileContent(target);
    this.reservation = new Reservation(target);
    this.writeBack = new WriteBack(target);
    this.publication = new Publication(file, folder, part, terms, target.what(), sealed);
  }

  /**
   * Makes one, in a folder that then belongs to it.
   *
   * @param seal whether it shall be the service's own until it is published
   */
  static HiddenFile make(
      HostThread thread, Descriptor folder, Terms terms, boolean seal, Workers workers, String what)
      throws HostException {
    boolean sealed = seal && terms.identity() != null;
    Walk walk = new Walk(sealed ? terms.asService() : terms);
    byte[] part = null;
    long fd =
        workers.namesEverything()
            ? -Errno.EOPNOTSUPP
            : walk.open(thread, folder, HERE, Flags.UNNAMED, UNFINISHED);
    if (fd == -Errno.EOPNOTSUPP || fd == -Errno.EISDIR || fd == -Errno.EINVAL) {
      part = PartName.make();
      fd = walk.open(thread, folder, part, Flags.NAMED, UNFINISHED);
    }
    if (fd < 0) {
      throw Failures.of(fd, what);
    }
    Target target = Target.of(new Descriptor((int) fd), terms, workers, what);
    return new HiddenFile(target, part, folder, sealed, false);
  }

  /** One that has its hidden name already and keeps it when it is left, for {@link KeptFile}. */
  static HiddenFile kept(Target target, byte[] part, Descriptor folder) {
    return new HiddenFile(target, part, folder, false, true);
  }

  /** Reserves space for what was announced. */
  void reserve(long announced) throws HostException {
    reservation.announce(announced);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void write(ByteBuffer from) throws HostException {
    OpenFile.requireDirect(from);
    state.requireUsable();
    state = Progress.BROKEN; // unless all of it works
    reservation.cover(size + from.remaining());
    int before = from.position();
    try {
      content.write(from, size);
    } finally {
      size += from.position() - before;
    }
    writeBack.grown(size);
    state = Progress.WRITING;
  }

  @Override
  public int read(ByteBuffer into, long position) throws HostException {
    OpenFile.requireDirect(into);
    return content.read(into, position);
  }

  @Override
  public long spare() throws HostException {
    long free = content.free();
    return free < 0 ? -1 : Math.max(0, free - reservation.missing(size));
  }

  @Override
  public void sync() throws HostException {
    sync(!kept);
  }

  /** Makes it durable; a finished one is cut to its size and gets its final mode, too. */
  private void sync(boolean finished) throws HostException {
    state.requireUsable();
    if (state == Progress.SYNCED && !(kept && finished)) {
      return;
    }
    // An fsync that failed is not repeated: the next one would succeed without having written.
    state = Progress.BROKEN;
    long length = size;
    long result =
        target.move(
            thread -> {
              long ready = finished ? finish(thread, length) : 0;
              return ready < 0 ? ready : FileCalls.sync(file.number());
            });
    target.require(result);
    state = Progress.SYNCED;
  }

  /** Its size and its final mode; 0 or {@code -errno}. */
  private long finish(HostThread thread, long length) {
    long cut = kept ? content.cut(thread, length) : reservation.trim(thread, length);
    Terms owner = sealed ? terms.asService() : terms;
    return cut < 0 ? cut : Modes.set(thread, owner, file, terms.fileMode());
  }

  @Override
  public void publish(String name, boolean replace) throws HostException {
    PartName.refuse(name);
    byte[] bytes = RelativePath.name(name);
    state.requireUsable();
    if (state != Progress.SYNCED || !trimmed) {
      sync(true);
      trimmed = true;
    }
    unseal();
    workers.<@Nullable Void>open(
        terms.uid(),
        List.of(file, folder),
        thread -> {
          publication.give(thread, bytes, name, replace);
          return null;
        });
    state = Progress.PUBLISHED;
    // The file again: some file systems keep its new name with it, not with the folder.
    long result =
        workers.move(
            terms.uid(),
            folder,
            _ -> {
              int synced = FileCalls.sync(file.number());
              return synced < 0 ? synced : FileCalls.sync(folder.number());
            });
    if (result < 0) {
      withdraw(bytes);
      throw Failures.of(result, target.what());
    }
  }

  /** Gives the file to the user, whose quota is judged by that. */
  private void unseal() throws HostException {
    Identity owner = terms.identity();
    if (!sealed || owner == null) {
      return;
    }
    state = Progress.BROKEN;
    long result =
        target.move(
            thread -> thread.as(null, os -> os.chown(file.number(), owner.uid(), owner.gid())));
    target.require(result);
    sealed = false;
    state = Progress.SYNCED;
  }

  /** Looks how long it is. Whoever wrote it before must have been stopped. */
  void measure() throws HostException {
    size = content.length();
  }

  /** Shortens it. */
  void cut(long to) throws HostException {
    if (to < 0 || to > size) {
      throw new IllegalArgumentException("Cut to " + to + " of " + size + " bytes");
    }
    if (state != Progress.BROKEN) { // one that broke may be mended by this
      state.requireUsable();
    }
    state = Progress.BROKEN;
    content.cut(to);
    size = to;
    writeBack.cut(to);
    reservation.forget();
    state = Progress.WRITING;
  }

  /** Closes it and keeps what is there. */
  void leave() {
    state = Progress.CLOSED;
    file.close();
    folder.close();
  }

  /** What is not known to last is not to be found either: the caller is told that it failed. */
  private void withdraw(byte[] name) throws HostException {
    workers.<@Nullable Void>open(
        terms.uid(),
        List.of(file, folder),
        thread -> {
          publication.withdraw(thread, name);
          return null;
        });
  }

  /** Gives the space back, which takes time for a large file: not on a virtual thread. */
  @Override
  public void close() {
    if (state == Progress.CLOSED) {
      return;
    }
    boolean discarded = state != Progress.PUBLISHED;
    state = Progress.CLOSED;
    if (discarded) {
      discard();
    }
    file.close();
    folder.close();
  }

  private void discard() {
    boolean interrupted = Thread.interrupted(); // tidying up is done in any case
    try {
      workers.<@Nullable Void>move(
          terms.uid(),
          folder,
          thread -> {
            if (sealed) {
              content.cut(thread, 0); // a user may have moved it where nobody finds it
            }
            if (publication.forget(thread) < 0) {
              content.cut(thread, 0); // its name stays until it is swept; its space does not
            }
            file.close();
            return null;
          });
    } catch (HostException _) {
      // Too busy or too slow to clean up nicely; a part file is swept later.
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
