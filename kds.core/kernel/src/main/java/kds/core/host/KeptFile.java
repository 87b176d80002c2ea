package kds.core.host;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostPart;
import org.jspecify.annotations.Nullable;

/**
 * One handle of a file that is written in several goes. Everything it does is done under its lock,
 * so that who takes the file over knows when the last call has ended. Calls are short, but for
 * those that wait for the device.
 */
final class KeptFile implements HostPart {
  /** How long the next holder waits for a call that runs. */
  private static final long PATIENCE_SECONDS = 10;

  private final HiddenFile file;
  private final KeptFiles all;
  private final KeptFiles.Key key;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean revoked;
  private @Nullable Runnable told;

  KeptFile(HiddenFile file, KeptFiles all, KeptFiles.Key key) {
    this.file = file;
    this.all = all;
    this.key = key;
  }

  /** Something done with the file. */
  @FunctionalInterface
  private interface Act<T extends @Nullable Object> {
    T run() throws HostException;
  }

  /** Takes it away from who had it before; until that is done nobody takes it from this one. */
  void take(@Nullable KeptFile before) throws HostException {
    lock.lock();
    try {
      if (before != null) {
        before.revoke();
      }
      file.measure();
    } finally {
      lock.unlock();
    }
  }

  private void revoke() throws HostException {
    Runnable action;
    synchronized (this) {
      revoked = true;
      action = told;
      told = null;
    }
    if (action != null) {
      action.run();
    }
    try {
      if (!lock.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new HostException(
            Reason.BUSY, "Who wrote this upload before waits for the device; try again later");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException(Reason.BUSY, "The call was interrupted", e);
    }
    try {
      file.leave();
    } finally {
      lock.unlock();
    }
  }

  private <T extends @Nullable Object> T held(Act<T> act) throws HostException {
    lock.lock();
    try {
      if (revoked) {
        throw new HostException(
            Reason.REVOKED, "Somebody else goes on with this upload; this connection has ended");
      }
      return act.run();
    } finally {
      lock.unlock();
    }
  }

  private void holding(VoidAct act) throws HostException {
    this.<@Nullable Void>held(
        () -> {
          act.run();
          return null;
        });
  }

  /** The same without a result. */
  @FunctionalInterface
  private interface VoidAct {
    void run() throws HostException;
  }

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public void write(ByteBuffer from) throws HostException {
    holding(() -> file.write(from));
  }

  @Override
  public int read(ByteBuffer into, long position) throws HostException {
    return held(() -> file.read(into, position));
  }

  @Override
  public long spare() throws HostException {
    return held(file::spare);
  }

  @Override
  public void cut(long size) throws HostException {
    holding(() -> file.cut(size));
  }

  @Override
  public void reserve(long size) throws HostException {
    holding(() -> file.reserve(size));
  }

  @Override
  public void sync() throws HostException {
    holding(file::sync);
  }

  @Override
  public void publish(String name, boolean replace) throws HostException {
    holding(() -> file.publish(name, replace));
  }

  @Override
  public boolean ifHeld(Runnable action) {
    lock.lock();
    try {
      if (!revoked) {
        action.run();
      }
      return !revoked;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void whenRevoked(Runnable action) {
    synchronized (this) {
      if (!revoked) {
        told = action;
        return;
      }
    }
    action.run();
  }

  @Override
  public void discard() {
    end(file::close);
  }

  @Override
  public void close() {
    end(file::leave);
  }

  private void end(Runnable how) {
    lock.lock();
    try {
      if (revoked) {
        file.leave(); // The next holder may have given up before it could.
      } else {
        how.run();
      }
    } finally {
      lock.unlock();
      all.remove(key, this);
    }
  }
}
