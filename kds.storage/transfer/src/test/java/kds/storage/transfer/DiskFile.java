package kds.storage.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import kds.api.host.HostException;
import kds.api.host.HostFile;

/** An open file of {@link DiskFiles}. */
final class DiskFile implements HostFile {
  private final DiskFiles disk;
  private final FileChannel channel;
  private final long size;
  private final Instant modified;

  DiskFile(DiskFiles disk, Path file) throws HostException {
    this.disk = disk;
    try {
      channel = FileChannel.open(file);
      size = channel.size();
      modified = Files.getLastModifiedTime(file).toInstant();
    } catch (IOException e) {
      throw DiskFiles.fault(e);
    }
    disk.open.incrementAndGet();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public Instant modified() {
    return modified;
  }

  @Override
  public String version() {
    return size + "-" + modified.toEpochMilli();
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
  public void close() {
    try {
      channel.close();
      disk.open.decrementAndGet();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
