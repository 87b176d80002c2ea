package kds.storage.transfer;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFiles;
import kds.api.host.HostFolder;
import kds.api.host.HostUser;
import org.jspecify.annotations.Nullable;

/**
 * Folders on the test's own disk, by plain NIO. Stands for the kernel, whose real one asks the
 * operating system and is tested where it lives.
 */
final class DiskFiles implements HostFiles {
  /** Folders that count as somebody else's. */
  final Set<Path> foreign = new HashSet<>();

  /** What entering a home fails with, when set. */
  @Nullable Reason homeFault;

  /** What entering a shared folder fails with, when set. */
  @Nullable Reason sharedFault;

  /** What writing fails with, when set. */
  volatile @Nullable Reason writeFault;

  /** What making durable fails with, when set. */
  volatile @Nullable Reason syncFault;

  /** What making a given name durable fails with, when set. */
  volatile @Nullable Reason publishFault;

  /** Whether the process dies when a kept file has been discarded. */
  volatile boolean diesAfterDiscard;

  /** The parts that are open, the handle that counts. */
  final Map<Path, DiskPart> parts = new ConcurrentHashMap<>();

  /** Whether the last upload was to be sealed. */
  volatile boolean sealed;

  /** What is told to be left of the disk. */
  volatile long spare = -1;

  /** How many folders, files and uploads are open. */
  final AtomicInteger open = new AtomicInteger();

  @Override
  public HostFolder enterHome(HostUser user, String name, boolean create) throws HostException {
    if (homeFault != null) {
      throw new HostException(homeFault, "refused by the test");
    }
    Path folder = user.home().resolve(name);
    if (!Files.isDirectory(user.home())) {
      throw new HostException(Reason.NOT_FOUND, user.home() + " is not there");
    }
    if (create && !Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      make(folder);
    }
    if (foreign.contains(folder)) {
      throw new HostException(Reason.FOREIGN, folder + " is somebody else's");
    }
    return enter(folder);
  }

  @Override
  public HostFolder enterShared(Path folder) throws HostException {
    if (sharedFault != null) {
      throw new HostException(sharedFault, "refused by the test");
    }
    return enter(folder);
  }

  @Override
  public Optional<String> homeIdentity(HostUser user) {
    throw new UnsupportedOperationException("not asked for");
  }

  private HostFolder enter(Path folder) throws HostException {
    if (Files.isSymbolicLink(folder)) {
      throw new HostException(Reason.UNSAFE_PATH, folder + " is a link");
    }
    if (!Files.exists(folder)) {
      throw new HostException(Reason.NOT_FOUND, folder + " is not there");
    }
    if (!Files.isDirectory(folder)) {
      throw new HostException(Reason.WRONG_KIND, folder + " is no folder");
    }
    return new DiskFolder(this, folder);
  }

  static void make(Path folder) throws HostException {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw fault(e);
    }
  }

  static HostException fault(IOException e) {
    Reason reason =
        switch (e) {
          case NoSuchFileException _ -> Reason.NOT_FOUND;
          case FileAlreadyExistsException _ -> Reason.EXISTS;
          case AccessDeniedException _ -> Reason.DENIED;
          case FileSystemException f when String.valueOf(f.getReason()).contains("too long") ->
              Reason.NAME_TOO_LONG;
          default -> Reason.IO;
        };
    return new HostException(reason, String.valueOf(e.getMessage()), e);
  }
}
