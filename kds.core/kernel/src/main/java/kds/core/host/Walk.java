package kds.core.host;

import java.nio.charset.StandardCharsets;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.Errno;
import kds.core.host.linux.FileCalls;
import kds.core.host.linux.FileStatus;
import kds.core.host.linux.Flags;
import kds.core.host.linux.HostThread;

/**
 * Opens folders on a host thread. Each step is one call of the kernel that cannot leave the folder
 * it starts from; between two of them the folder reached is held open, so that nobody can exchange
 * it.
 */
final class Walk {
  /** How often to repeat a walk that a rename elsewhere confused; the kernel asks for it. */
  private static final int TRIES = 16;

  private final Terms terms;

  Walk(Terms terms) {
    this.terms = terms;
  }

  /** Opens a folder that the operator or the name service named. Links on the way are theirs. */
  Descriptor anchor(HostThread thread, String path) throws HostException {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    long fd =
        path.startsWith("/") && name.length < 4096
            ? thread.as(
                terms.identity(),
                os -> os.open(Flags.AT_FDCWD, name, Flags.ANCHOR, 0, Flags.TRUSTED))
            : -Errno.ENOENT;
    if (fd == -Errno.ENOTDIR) {
      throw notAFolder(path);
    }
    return opened(fd, "open the folder " + path);
  }

  /** Opens the user's own folder in his home. */
  Descriptor own(HostThread thread, Descriptor home, byte[] name, boolean make)
      throws HostException {
    Descriptor folder = step(thread, home, name, make, Flags.ANCHOR);
    try {
      FileStatus status = look(thread, folder);
      if (status.uid() != terms.uid()) {
        throw new HostException(
            Reason.FOREIGN,
            "The folder %s belongs to uid %d and not to %s; chown it to use it"
                .formatted(terms.folder(), status.uid(), terms.owner()));
      }
      return folder;
    } catch (HostException | RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  /** Opens a folder below, to list it or to make files in it. */
  Descriptor below(HostThread thread, Descriptor root, RelativePath path, boolean make)
      throws HostException {
    long fd = open(thread, root, path.bytes(), Flags.FOLDER, 0);
    if ((fd == -Errno.ENOENT || fd == -Errno.ENOTDIR) && make && !path.isEmpty()) {
      return made(thread, root, path);
    }
    if (fd == -Errno.ENOTDIR && existsAsOtherKind(thread, root, path)) {
      throw notAFolder(path.text());
    }
    return opened(fd, "open the folder " + in(path.text()));
  }

  /** Opens a name or path below. Returns a descriptor, or {@code -errno}. */
  long open(HostThread thread, Descriptor root, byte[] path, int flags, int mode) {
    long fd = -Errno.EAGAIN;
    for (int i = 0; i < TRIES && fd == -Errno.EAGAIN; i++) {
      fd =
          thread.as(
              terms.identity(), os -> os.open(root.number(), path, flags, mode, terms.resolve()));
    }
    return fd;
  }

  /** Looks at what is open, which stays open whatever comes of it. */
  FileStatus look(HostThread thread, Descriptor file) throws HostException {
    long result = thread.as(terms.identity(), os -> os.look(file.number()));
    if (result < 0) {
      throw Failures.of(result, "look at a file in " + terms.folder());
    }
    return thread.status();
  }

  /** "a.txt in /home/alice/Downloads". */
  String in(String path) {
    return path.isEmpty() ? terms.folder().toString() : path + " in " + terms.folder();
  }

  private Descriptor made(HostThread thread, Descriptor root, RelativePath path)
      throws HostException {
    Descriptor above = root;
    try {
      int last = path.parts().size() - 1;
      for (int i = 0; i < last; i++) {
        Descriptor next = step(thread, above, path.parts().get(i), true, Flags.ANCHOR);
        leave(above, root);
        above = next;
      }
      return step(thread, above, path.last(), true, Flags.FOLDER);
    } finally {
      leave(above, root);
    }
  }

  private static void leave(Descriptor folder, Descriptor root) {
    if (folder != root) {
      folder.close();
    }
  }

  /** Opens one folder in another, and makes it if need be. */
  private Descriptor step(HostThread thread, Descriptor above, byte[] name, boolean make, int flags)
      throws HostException {
    String shown = new String(name, StandardCharsets.UTF_8);
    long fd = open(thread, above, name, flags, 0);
    if (fd == -Errno.ENOENT && make) {
      make(thread, above, name, shown);
      fd = open(thread, above, name, flags, 0);
    }
    if (fd == -Errno.ENOTDIR) {
      throw notAFolder(shown);
    }
    return opened(fd, "open the folder " + in(shown));
  }

  private void make(HostThread thread, Descriptor above, byte[] name, String shown)
      throws HostException {
    long made =
        thread.as(terms.identity(), os -> os.makeFolder(above.number(), name, terms.folderMode()));
    if (made == -Errno.EEXIST) {
      return; // somebody was quicker
    }
    if (made < 0) {
      throw Failures.of(made, "make the folder " + in(shown));
    }
    try {
      settle(thread, above, name, shown);
    } catch (HostException e) {
      // Who comes next would find it, and take it for one that lasts.
      thread.as(terms.identity(), os -> os.removeFolder(above.number(), name));
      throw e;
    }
  }

  /** Gives a new folder its mode and makes its name durable. */
  private void settle(HostThread thread, Descriptor above, byte[] name, String shown)
      throws HostException {
    String what = "open the folder " + in(shown);
    try (Descriptor folder = opened(open(thread, above, name, Flags.FOLDER, 0), what)) {
      if (look(thread, folder).uid() == terms.uid()) {
        // The umask took bits away that users of a shared folder need.
        long moded = Modes.set(thread, terms, folder, terms.folderMode());
        if (moded < 0) {
          throw Failures.of(moded, "make the folder " + in(shown));
        }
      }
    }
    try (Descriptor parent = opened(open(thread, above, DOT, Flags.FOLDER, 0), what)) {
      int synced = FileCalls.sync(parent.number());
      if (synced < 0) {
        throw Failures.of(synced, "make the folder " + in(shown));
      }
    }
  }

  private static final byte[] DOT = {'.'};

  private boolean existsAsOtherKind(HostThread thread, Descriptor root, RelativePath path) {
    long fd = open(thread, root, path.bytes(), Flags.ANYTHING, 0);
    if (fd >= 0) {
      new Descriptor((int) fd).close();
    }
    return fd >= 0;
  }

  private HostException notAFolder(String path) {
    return new HostException(
        Reason.WRONG_KIND, Failures.visible(in(path)) + " is not a folder; remove or rename it");
  }

  private static Descriptor opened(long fd, String what) throws HostException {
    if (fd < 0) {
      throw Failures.of(fd, what);
    }
    return new Descriptor((int) fd);
  }
}
