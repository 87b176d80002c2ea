package kds.api.host;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A file that is being written in several goes: it has a hidden name, nobody but its user reads it,
 * and it outlives its handle, the process and the machine until it is published or discarded. One
 * thread at a time, but for {@link #ifHeld}.
 *
 * <p>It is never sealed: the user can write to it, also by a descriptor or a mapping that he has
 * had for long.
 *
 * <p>One handle counts: opening it again takes it away from whoever had it ({@link
 * HostException.Reason#REVOKED}), in whatever bundle that is. {@link #close} keeps the file.
 */
@ProviderType
public interface HostPart extends HostUpload {
  /**
   * Shortens it, also after writing or syncing failed. Space reserved behind is given back.
   *
   * @param size in bytes, no more than {@link #size}
   */
  void cut(long size) throws HostException;

  /**
   * Reserves space for the whole, once its size is known.
   *
   * @throws HostException {@link HostException.Reason#NO_SPACE} or {@link
   *     HostException.Reason#QUOTA}; it can be gone on with
   */
  void reserve(long size) throws HostException;

  /** Removes it and gives its space back. */
  void discard();

  /**
   * Does something that must not cross with the next handle's doing.
   *
   * @return false when this handle was revoked, and nothing was done
   */
  boolean ifHeld(Runnable action);

  /**
   * Asks to be told when the handle is revoked, at once if it is already. The action runs on the
   * thread of the new holder and must not wait.
   */
  void whenRevoked(Runnable action);
}
