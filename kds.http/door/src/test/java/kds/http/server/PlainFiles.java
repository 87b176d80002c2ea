package kds.http.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.host.FileLook;
import kds.api.host.FileLook.Kind;
import kds.api.host.HostException;
import kds.api.host.OperatorFiles;
import kds.api.host.TrustedFiles;

/** Files as they are: who may write to them is tested where it is decided. */
public final class PlainFiles implements TrustedFiles, OperatorFiles {
  /** How often a file was read. */
  final AtomicInteger reads = new AtomicInteger();

  /** Whether nothing can be written. */
  volatile boolean full;

  @Override
  public void check(Path path) {}

  @Override
  public byte[] read(Path path, int mostBytes) throws HostException {
    reads.incrementAndGet();
    try {
      return Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new HostException(HostException.Reason.NOT_FOUND, "There is no file " + path + '.', e);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public Optional<FileLook> look(Path path, int mostBytes) throws HostException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      Kind kind = Files.isRegularFile(path) ? Kind.FILE : Kind.OTHER;
      int mode = Files.exists(path) ? (Integer) Files.getAttribute(path, "unix:mode") & 07777 : 0;
      return Optional.of(new FileLook(kind, Files.isSymbolicLink(path), mode, new byte[0]));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public List<String> names(Path folder) {
    throw new UnsupportedOperationException("The door lists no folder");
  }

  @Override
  public void put(Path file, byte[] content, boolean secret) throws HostException {
    if (full) {
      throw new HostException(HostException.Reason.IO, file + " cannot be written: it is full.");
    }
    try {
      Files.createDirectories(file.getParent());
      Path fresh = file.resolveSibling(file.getFileName() + ".fresh");
      Files.write(fresh, content);
      Files.setPosixFilePermissions(
          fresh, PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--"));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static HostException failed(IOException e) {
    return new HostException(HostException.Reason.IO, e.toString(), e);
  }
}
