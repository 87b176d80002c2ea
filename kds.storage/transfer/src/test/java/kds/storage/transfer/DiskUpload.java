package kds.storage.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostUpload;

/** A file that {@link DiskFiles} writes under a hidden name until it is published. */
final class DiskUpload implements HostUpload {
  private final DiskFiles disk;
  private final Path hidden;
  private final FileChannel channel;
  private boolean closed;

  DiskUpload(DiskFiles disk, Path folder) throws HostException {
    this.disk = disk;
    hidden = folder.resolve(".upload-" + UUID.randomUUID());
    try {
      channel =
          FileChannel.open(
              hidden,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw DiskFiles.fault(e);
    }
    disk.open.incrementAndGet();
  }

  @Override
  public long size() {
    try {
      return channel.size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void write(ByteBuffer from) throws HostException {
    Reason fault = disk.writeFault;
    if (fault != null) {
      throw new HostException(fault, "refused by the test");
    }
    try {
      while (from.hasRemaining()) {
        channel.write(from);
      }
    } catch (IOException e) {
      throw DiskFiles.fault(e);
    }
  }

  @Override
  public int read(ByteBuffer into, long position) throws HostException {
    try {
      return channel.read(into, position);
    } catch (IOException e) {
      throw DiskFiles.fault(e);
    }
  }

  @Override
  public long spare() {
    return disk.spare;
  }

  @Override
  public void sync() throws HostException {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw DiskFiles.fault(e);
    }
  }

  @Override
  public void publish(String name, boolean replace) throws HostException {
    Path target = hidden.resolveSibling(name);
    try {
      if (replace && !Files.isDirectory(target)) {
        Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
      } else {
        Files.createLink(target, hidden);
        Files.delete(hidden);
      }
    } catch (IOException e) {
      throw DiskFiles.fault(e);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    disk.open.decrementAndGet();
    try {
      channel.close();
      Files.deleteIfExists(hidden);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
