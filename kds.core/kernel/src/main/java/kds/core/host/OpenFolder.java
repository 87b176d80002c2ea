package kds.core.host;

import java.nio.ByteBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kds.api.host.HostEntry;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFile;
import kds.api.host.HostFolder;
import kds.api.host.HostListing;
import kds.api.host.HostPart;
import kds.api.host.HostUpload;
import kds.core.host.KeptFiles.Opened;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.Errno;
import kds.core.host.linux.FileStatus;
import kds.core.host.linux.Flags;
import kds.core.host.linux.FolderReader;
import kds.core.host.linux.HostThread;
import org.jspecify.annotations.Nullable;

/** A folder held open, entered on certain terms. */
final class OpenFolder implements HostFolder {
  /** How many entries that are left out are looked at before a listing gives up. */
  private static final int MOST_LEFT_OUT = 100_000;

  private final Descriptor root;
  private final Terms terms;
  private final Walk walk;
  private final Workers workers;
  private final Names names;
  private final Leftovers leftovers;
  private final KeptFiles kept;
  private final AtOnce atOnce;

  OpenFolder(
      Descriptor root,
      Terms terms,
      Workers workers,
      Names names,
      Leftovers leftovers,
      KeptFiles kept,
      AtOnce atOnce) {
    this.kept = kept;
    this.atOnce = atOnce;
    this.root = root;
    this.terms = terms;
    this.walk = new Walk(terms);
    this.workers = workers;
    this.names = names;
    this.leftovers = leftovers;
  }

  @Override
  public Path path() {
    return terms.folder();
  }

  @Override
  public HostFile open(String path) throws HostException {
    RelativePath file = RelativePath.file(path);
    refuseHidden(file);
    HostFile known = atOnce.open(root, file, terms);
    return known != null
        ? known
        : workers.open(terms.uid(), List.of(root), thread -> open(thread, file));
  }

  private HostFile open(HostThread thread, RelativePath path) throws HostException {
    long fd = walk.open(thread, root, path.bytes(), Flags.READ, 0);
    if (fd < 0) {
      throw Failures.of(fd, "open " + walk.in(path.text()));
    }
    Descriptor file = new Descriptor((int) fd);
    try {
      FileStatus status = regular(thread, file, path);
      if (terms.identity() == null) {
        atOnce.learn(terms.folder(), root, walk.look(thread, root).device());
      }
      return new OpenFile(file, status, terms, workers, false);
    } catch (HostException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** What an open file is, when it is one that may be read. */
  private FileStatus regular(HostThread thread, Descriptor file, RelativePath path)
      throws HostException {
    FileStatus status = walk.look(thread, file);
    if (!status.isFile()) {
      throw new HostException(
          Reason.WRONG_KIND,
          Failures.visible(walk.in(path.text())) + " is not a regular file; only those are opened");
    }
    if (terms.strict() && isElsewhere(thread, status)) {
      throw new HostException(
          Reason.UNSAFE_PATH,
          Failures.visible(walk.in(path.text()))
              + " has a second name (hard link) or lies on another file system; copy it there");
    }
    return status;
  }

  private boolean isElsewhere(HostThread thread, FileStatus file) throws HostException {
    return file.links() != 1 || file.device() != walk.look(thread, root).device();
  }

  @Override
  public HostListing list(String path, int most) throws HostException {
    RelativePath folder = RelativePath.folder(path);
    Found found = workers.open(terms.uid(), List.of(root), thread -> list(thread, folder, most));
    List<HostEntry> entries = new ArrayList<>(found.entries.size());
    for (Seen seen : found.entries) {
      entries.add(entry(seen.name, seen.status));
    }
    return new HostListing(entries, found.leftOut, found.leftOutNames, found.complete);
  }

  private Found list(HostThread thread, RelativePath path, int most) throws HostException {
    try (Descriptor folder = walk.below(thread, root, path, false)) {
      Found found = new Found(most, terms.strict() ? walk.look(thread, root).device() : -1);
      int result = new FolderReader(thread, terms.identity(), folder.number()).read(found::add);
      if (result < 0) {
        throw Failures.of(result, "list " + walk.in(path.text()));
      }
      return found;
    }
  }

  private record Seen(String name, FileStatus status) {}

  /** What a listing gathers on the host thread; the owners' names are asked for later. */
  private static final class Found {
    private final List<Seen> entries = new ArrayList<>();
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private final int most;
    private final long onlyDevice;
    private final List<String> leftOutNames = new ArrayList<>();
    private int leftOut;
    private boolean complete = true;

    Found(int most, long onlyDevice) {
      this.most = most;
      this.onlyDevice = onlyDevice;
    }

    boolean add(ByteBuffer bytes, @Nullable FileStatus status) {
      String name = RelativePath.decode(utf8, bytes).orElse(null);
      if (name != null && PartName.matches(name)) {
        return true;
      }
      if (name == null || status == null || cannotBeOpened(status)) {
        leftOut++;
        if (leftOutNames.size() < HostListing.MOST_NAMES) {
          leftOutNames.add(StandardCharsets.UTF_8.decode(bytes.duplicate().rewind()).toString());
        }
        complete = leftOut < MOST_LEFT_OUT;
      } else if (entries.size() < most) {
        entries.add(new Seen(name, status));
      } else {
        complete = false;
      }
      return complete;
    }

    private boolean cannotBeOpened(FileStatus status) {
      return onlyDevice >= 0
          && (status.device() != onlyDevice
              || status.mountPoint()
              || (status.isFile() && status.links() != 1));
    }
  }

  private HostEntry entry(String name, FileStatus status) {
    return new HostEntry(
        name,
        status.isFolder(),
        status.isFolder() ? 0 : status.size(),
        status.modified(),
        status.created(),
        status.uid() == terms.uid() ? terms.owner() : names.user(status.uid()),
        names.group(status.gid()),
        status.mode());
  }

  @Override
  public HostUpload create(String path, long size, boolean sealed) throws HostException {
    RelativePath file = RelativePath.file(path);
    refuseHidden(file);
    HiddenFile hidden =
        workers.open(terms.uid(), List.of(root), thread -> create(thread, file, sealed));
    try {
      hidden.reserve(size);
    } catch (HostException | RuntimeException | Error e) {
      hidden.close();
      throw e;
    }
    return hidden;
  }

  private HiddenFile create(HostThread thread, RelativePath path, boolean sealed)
      throws HostException {
    return beside(
        thread,
        path,
        (folder, what) -> HiddenFile.make(thread, folder, terms, sealed, workers, what));
  }

  /** Makes something in the folder of a file to be. */
  @FunctionalInterface
  private interface Making<T> {
    /** The folder belongs to what is made, unless it fails. */
    T in(Descriptor folder, String what) throws HostException;
  }

  /** Makes it where the file will be, once that is known to be possible. */
  private <T> T beside(HostThread thread, RelativePath path, Making<T> making)
      throws HostException {
    Descriptor folder = walk.below(thread, root, path.parent(), true);
    try {
      String what = "write " + walk.in(path.text());
      requireName(thread, folder, path, what);
      leftovers.sweep(thread, folder, terms);
      return making.in(folder, what);
    } catch (HostException | RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  @Override
  public HostPart keep(String path, String id, long size) throws HostException {
    RelativePath file = RelativePath.file(path);
    refuseHidden(file);
    Opened opened = workers.open(terms.uid(), List.of(root), thread -> keep(thread, file, id));
    HostPart part = kept.take(opened);
    try {
      part.reserve(size);
      kept.settle(opened);
    } catch (HostException | RuntimeException | Error e) {
      part.discard();
      throw e;
    }
    return part;
  }

  private Opened keep(HostThread thread, RelativePath path, String id) throws HostException {
    return beside(thread, path, (folder, what) -> kept.make(thread, walk, folder, terms, id, what));
  }

  @Override
  public HostPart reopen(String path, String id) throws HostException {
    RelativePath file = RelativePath.file(path);
    Opened opened = workers.open(terms.uid(), List.of(root), thread -> reopen(thread, file, id));
    return kept.take(opened);
  }

  private Opened reopen(HostThread thread, RelativePath path, String id) throws HostException {
    Descriptor folder = walk.below(thread, root, path.parent(), false);
    try {
      return kept.open(thread, walk, folder, terms, id, "go on with " + walk.in(path.text()));
    } catch (HostException | RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  /** A name that the file system cannot take is told before the first byte, not after the last. */
  private void requireName(HostThread thread, Descriptor folder, RelativePath path, String what)
      throws HostException {
    long look = thread.as(terms.identity(), os -> os.look(folder.number(), path.last()));
    if (look == -Errno.ENAMETOOLONG) {
      throw Failures.of(look, what);
    }
  }

  private static void refuseHidden(RelativePath path) throws HostException {
    PartName.refuse(new String(path.last(), StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    root.close();
  }
}
