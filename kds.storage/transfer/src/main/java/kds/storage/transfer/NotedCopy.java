package kds.storage.transfer;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.host.HostException;
import kds.api.host.HostPart;
import kds.api.host.HostUpload;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a part that is being published in its place. Each name is written down before it is
 * tried, and the part goes as soon as the copy has one. Nobody takes the part over in between: he
 * would publish it once more.
 */
record NotedCopy(HostUpload copy, HostPart part, NotedPart.Notes notes) implements HostUpload {
  @Override
  public long size() {
    return copy.size();
  }

  @Override
  public void write(ByteBuffer from) throws HostException {
    copy.write(from);
  }

  @Override
  public int read(ByteBuffer into, long position) throws HostException {
    return copy.read(into, position);
  }

  @Override
  public long spare() throws HostException {
    return copy.spare();
  }

  @Override
  public void sync() throws HostException {
    copy.sync();
  }

  @Override
  public void publish(String name, boolean replace) throws HostException {
    AtomicReference<@Nullable HostException> failure = new AtomicReference<>();
    boolean held =
        part.ifHeld(
            () -> {
              try {
                notes.trying(name);
                copy.publish(name, replace);
                part.discard();
              } catch (HostException e) {
                failure.set(e);
              }
            });
    HostException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    if (!held) {
      throw new HostException(HostException.Reason.REVOKED, "taken over");
    }
  }

  @Override
  public void close() {
    copy.close();
  }
}
