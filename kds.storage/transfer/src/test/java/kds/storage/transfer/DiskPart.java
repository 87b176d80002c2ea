package kds.storage.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostPart;
import org.jspecify.annotations.Nullable;

/** A hidden file of {@link DiskFiles} that is written in several goes. */
final class DiskPart implements HostPart {
  private final DiskFiles disk;
  private final Path hidden;
  private final FileChannel channel;
  private @Nullable Runnable told;
  private boolean revoked;
  private boolean closed;

  DiskPart(DiskFiles disk, Path hidden, boolean fresh) throws HostException {
    this.disk = disk;
    this.hidden = hidden;
    try {
      channel =
          FileChannel.open(
              hidden,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              fresh ? StandardOpenOption.CREATE_NEW : StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw DiskFiles.fault(e);
    }
    disk.open.incrementAndGet();
    DiskPart before = disk.parts.put(hidden, this);
    if (before != null) {
      before.revoke();
    }
  }

  private synchronized void revoke() {
    revoked = true;
    if (told != null) {
      told.run();
    }
  }

  private synchronized void check(@Nullable Reason fault) throws HostException {
    if (revoked) {
      throw new HostException(Reason.REVOKED, "taken by another handle");
    }
    if (fault != null) {
      throw new HostException(fault, "refused by the test");
    }
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
    check(disk.writeFault);
    try {
      for (long at = channel.size(); from.hasRemaining(); at = channel.size()) {
        channel.write(from, at);
      }
    } catch (IOException e) {
      throw DiskFiles.fault(e);
    }
  }

  @Override
  public int read(ByteBuffer into, long position) throws HostException {
    check(null);
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
  public void cut(long size) throws HostException {
    check(null);
    try {
      channel.truncate(size);
    } catch (IOException e) {
      throw DiskFiles.fault(e);
    }
  }

  @Override
  public void reserve(long size) throws HostException {
    check(null);
  }

  @Override
  public void sync() throws HostException {
    check(disk.syncFault);
  }

  @Override
  public void publish(String name, boolean replace) throws HostException {
    check(null);
    Path target = hidden.resolveSibling(name);
    try {
      if (!replace && Files.exists(target)) {
        throw new HostException(Reason.EXISTS, "taken");
      }
      Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
      check(disk.publishFault);
    } catch (IOException e) {
      throw DiskFiles.fault(e);
    }
  }

  @Override
  public synchronized boolean ifHeld(Runnable action) {
    if (!revoked) {
      action.run();
    }
    return !revoked;
  }

  @Override
  public synchronized void whenRevoked(Runnable action) {
    told = action;
    if (revoked) {
      action.run();
    }
  }

  @Override
  public void discard() {
    try {
      if (!revoked) {
        Files.deleteIfExists(hidden);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    close();
    if (disk.diesAfterDiscard) {
      throw new AssertionError("killed");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    disk.parts.remove(hidden, this);
    disk.open.decrementAndGet();
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
