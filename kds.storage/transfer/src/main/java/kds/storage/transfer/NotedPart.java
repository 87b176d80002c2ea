package kds.storage.transfer;

import java.nio.ByteBuffer;
import kds.api.host.HostException;
import kds.api.host.HostPart;
import kds.api.host.HostUpload;

/**
 * A part that is being published: each name is written down before it is tried, so that after a
 * crash at any moment it is known whether the file was published, and as what.
 */
record NotedPart(HostPart part, Notes notes) implements HostUpload {
  /** Where a name is written down. */
  @FunctionalInterface
  interface Notes {
    void trying(String name) throws HostException;
  }

  @Override
  public long size() {
    return part.size();
  }

  @Override
  public void write(ByteBuffer from) throws HostException {
    part.write(from);
  }

  @Override
  public int read(ByteBuffer into, long position) throws HostException {
    return part.read(into, position);
  }

  @Override
  public long spare() throws HostException {
    return part.spare();
  }

  @Override
  public void sync() throws HostException {
    part.sync();
  }

  @Override
  public void publish(String name, boolean replace) throws HostException {
    notes.trying(name);
    part.publish(name, replace);
  }

  @Override
  public void close() {
    part.close();
  }
}
