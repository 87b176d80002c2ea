package kds.core.host.linux;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread of the kernel that can be somebody else for the length of a call.
 *
 * <p>Identity is a property of the operating system's thread. Hence a platform thread: what a
 * virtual thread sets stays with its carrier and befalls whoever runs there next. Hence a bare call
 * too, made of {@link Syscalls} alone: a class that is loaded meanwhile is read as the user, who
 * may not read it, and that link stays broken for ever.
 */
public final class HostThread extends Thread {
  /** The process's exit status when a thread could not become itself again. */
  static final int IDENTITY_LOST = 70;

  private static final Logger LOG = LoggerFactory.getLogger(HostThread.class);

  private final Syscalls os = new Syscalls();
  private final ThreadIdentity identity = new ThreadIdentity();
  private int ownUid;
  private int ownGid;
  private int[] ownGroups = {};

  HostThread(Runnable work, String name) {
    super(null, work, name, 0, false);
    setDaemon(true);
  }

  /** What is done as somebody else: calls of {@code os} and arithmetic, nothing more. */
  @FunctionalInterface
  public interface Call {
    /** Makes the calls; returns what they returned, or {@code -errno}. */
    long on(Syscalls os);
  }

  @Override
  public void run() {
    ownUid = identity.uid();
    ownGid = identity.gid();
    ownGroups = identity.groups();
    os.warm();
    super.run();
  }

  /**
   * Makes a call as somebody, or as the service itself when {@code who} is null. Only this thread
   * itself may ask for it.
   *
   * @return what the call returned; {@code -EPERM} when the identity could not be taken on, and
   *     then the call was not made
   */
  public long as(@Nullable Identity who, Call call) {
    if (Thread.currentThread() != this) {
      throw new IllegalStateException("Identity is changed by the thread itself, " + getName());
    }
    if (who == null) {
      return call.on(os);
    }
    try {
      return identity.become(who.uid(), who.gid(), who.groups()) ? call.on(os) : -Errno.EPERM;
    } finally {
      if (!identity.become(ownUid, ownGid, ownGroups)) {
        abort();
      }
    }
  }

  /** What the last look saw. */
  public FileStatus status() {
    return os.status();
  }

  /** A thread that may be anybody must not serve anybody, and its id cannot be taken back. */
  private void abort() {
    try {
      LOG.error(
          "{} could not become uid {} gid {} groups {} again after acting for a user."
              + " The service ends now, so that nothing is done under the wrong identity;"
              + " systemd restarts it. Check that CAP_SETUID and CAP_SETGID were not taken away.",
          getName(),
          ownUid,
          ownGid,
          Arrays.toString(ownGroups));
    } finally {
      Runtime.getRuntime().halt(IDENTITY_LOST);
    }
  }
}
