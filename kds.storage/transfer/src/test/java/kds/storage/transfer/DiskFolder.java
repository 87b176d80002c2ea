package kds.storage.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import kds.api.host.HostEntry;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFile;
import kds.api.host.HostFolder;
import kds.api.host.HostListing;
import kds.api.host.HostPart;
import kds.api.host.HostUpload;

/** A folder of {@link DiskFiles}. */
final class DiskFolder implements HostFolder {
  private final DiskFiles disk;
  private final Path folder;
  private boolean closed;

  DiskFolder(DiskFiles disk, Path folder) {
    this.disk = disk;
    this.folder = folder;
    disk.open.incrementAndGet();
  }

  @Override
  public Path path() {
    return folder;
  }

  @Override
  public HostListing list(String path, int most) throws HostException {
    Path there = path.isEmpty() ? folder : resolve(path);
    if (Files.isRegularFile(there)) {
      throw new HostException(Reason.WRONG_KIND, there + " is a file");
    }
    List<HostEntry> entries = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    try (Stream<Path> children = Files.list(there)) {
      for (Path child : children.toList()) {
        boolean isFolder = Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS);
        if (!isFolder && !Files.isRegularFile(child, LinkOption.NOFOLLOW_LINKS)) {
          leftOut.add(child.getFileName().toString());
        } else if (entries.size() < most) {
          entries.add(entry(child, isFolder));
        } else {
          return new HostListing(entries, leftOut.size(), leftOut, false);
        }
      }
    } catch (IOException e) {
      throw DiskFiles.fault(e);
    }
    return new HostListing(entries, leftOut.size(), leftOut, true);
  }

  @Override
  public HostFile open(String path) throws HostException {
    Path there = resolve(path);
    if (Files.isSymbolicLink(there)) {
      throw new HostException(Reason.UNSAFE_PATH, there + " is a link");
    }
    if (Files.exists(there) && !Files.isRegularFile(there)) {
      throw new HostException(Reason.WRONG_KIND, there + " is no file");
    }
    return new DiskFile(disk, there);
  }

  @Override
  public HostUpload create(String path, long size, boolean sealed) throws HostException {
    disk.sealed = sealed;
    Path there = resolve(path);
    DiskFiles.make(there.getParent());
    return new DiskUpload(disk, there.getParent());
  }

  @Override
  public HostPart keep(String path, String id, long size) throws HostException {
    Path there = resolve(path);
    DiskFiles.make(there.getParent());
    return new DiskPart(disk, there.resolveSibling(".part-" + id), true);
  }

  @Override
  public HostPart reopen(String path, String id) throws HostException {
    return new DiskPart(disk, resolve(path).resolveSibling(".part-" + id), false);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      disk.open.decrementAndGet();
    }
  }

  private Path resolve(String path) throws HostException {
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0) {
        throw new HostException(Reason.UNSAFE_PATH, "no path: " + path);
      }
    }
    return folder.resolve(path);
  }

  private static HostEntry entry(Path child, boolean isFolder) throws IOException {
    Instant modified = Files.getLastModifiedTime(child).toInstant();
    long size = isFolder ? 0 : Files.size(child);
    return new HostEntry(
        child.getFileName().toString(), isFolder, size, modified, modified, "ann", "ann", 0640);
  }
}
