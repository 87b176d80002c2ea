package kds.core.host;

import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.Errno;
import kds.core.host.linux.FileStatus;
import kds.core.host.linux.Flags;
import kds.core.host.linux.HostThread;
import org.jspecify.annotations.Nullable;

/** Gives a finished file its name: in one step of the kernel, and over nobody else's. */
final class Publication {
  private final Descriptor file;
  private final Descriptor folder;
  private final Terms terms;
  private final String what;
  private final boolean sealed;
  private byte @Nullable [] part;
  private boolean replaced;

  /**
   * Makes one.
   *
   * @param part the file's hidden name, null when it has none
   * @param sealed whether nothing but this very file may get the name, whatever a user has made of
   *     the hidden one
   */
  Publication(
      Descriptor file,
      Descriptor folder,
      byte @Nullable [] part,
      Terms terms,
      String what,
      boolean sealed) {
    this.sealed = sealed;
    this.file = file;
    this.folder = folder;
    this.part = part;
    this.terms = terms;
    this.what = what;
  }

  /** Gives the name. */
  void give(HostThread thread, byte[] name, String shown, boolean replace) throws HostException {
    boolean renamed = part != null;
    long result = giveFree(thread, name);
    if (result == -Errno.EEXIST && replace) {
      requireFile(thread, name, shown);
      result = giveTaken(thread, name);
      replaced = result == 0;
    }
    if (result == -Errno.EEXIST || result == -Errno.EISDIR) {
      throw taken(shown, "is taken; choose another or ask for replacement");
    }
    if (result < 0) {
      throw Failures.of(result, what);
    }
    part = null;
    if (sealed && (renamed || replaced) && !isOurs(thread, name)) {
      throw new HostException(
          Reason.IO,
          "Could not %s: its hidden file was exchanged on the desktop; send it again"
              .formatted(Failures.visible(what)));
    }
  }

  /**
   * Takes a name back that was given a moment ago. One that was somebody else's before stays: the
   * file that had it is gone, and this one is whole.
   */
  void withdraw(HostThread thread, byte[] name) throws HostException {
    if (replaced) {
      return;
    }
    if (isOurs(thread, name)) {
      thread.as(terms.identity(), os -> os.unlink(folder.number(), name));
    }
  }

  /** Whether a name is that of the file; a user may have renamed what he likes. */
  private boolean isOurs(HostThread thread, byte[] name) throws HostException {
    FileStatus ours = new Walk(terms).look(thread, file);
    long look = thread.as(terms.identity(), os -> os.look(folder.number(), name));
    return look == 0
        && thread.status().inode() == ours.inode()
        && thread.status().device() == ours.device();
  }

  /** Takes the hidden name away, if it still has one; less than zero when it stays. */
  long forget(HostThread thread) {
    byte[] name = part;
    if (name == null) {
      return 0;
    }
    part = null;
    long result = thread.as(terms.identity(), os -> os.unlink(folder.number(), name));
    // Gone already: a server of a network drive may have renamed it and lost the answer.
    return result == -Errno.ENOENT ? 0 : result;
  }

  private long giveFree(HostThread thread, byte[] name) {
    byte[] hidden = part;
    if (hidden == null) {
      return thread.as(terms.identity(), os -> os.link(file, folder.number(), name));
    }
    long result =
        thread.as(
            terms.identity(), os -> os.rename(folder.number(), hidden, name, Flags.NO_REPLACE));
    if (result != -Errno.EINVAL && result != -Errno.ENOSYS && result != -Errno.EOPNOTSUPP) {
      return result;
    }
    // NFS cannot rename without replacing, but it can link.
    long linked = thread.as(terms.identity(), os -> os.link(folder.number(), hidden, name));
    if (linked == 0) {
      thread.as(terms.identity(), os -> os.unlink(folder.number(), hidden));
    }
    return linked;
  }

  private long giveTaken(HostThread thread, byte[] name) {
    byte[] hidden = part;
    if (hidden != null) {
      return thread.as(terms.identity(), os -> os.rename(folder.number(), hidden, name, 0));
    }
    byte[] second = PartName.make();
    long linked = thread.as(terms.identity(), os -> os.link(file, folder.number(), second));
    if (linked < 0) {
      return linked;
    }
    long result = thread.as(terms.identity(), os -> os.rename(folder.number(), second, name, 0));
    if (result < 0) {
      thread.as(terms.identity(), os -> os.unlink(folder.number(), second));
    }
    return result;
  }

  /** Only a file is replaced; a link would be too, but that is not what was asked for. */
  private void requireFile(HostThread thread, byte[] name, String shown) throws HostException {
    long look = thread.as(terms.identity(), os -> os.look(folder.number(), name));
    if (look == 0 && !thread.status().isFile()) {
      throw taken(shown, "is taken by something that is not a regular file; choose another");
    }
  }

  private static HostException taken(String name, String why) {
    return new HostException(
        Reason.EXISTS, "The name %s %s".formatted(Failures.visible(name), why));
  }
}
