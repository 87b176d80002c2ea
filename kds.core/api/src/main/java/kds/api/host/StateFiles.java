package kds.api.host;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The service's own small files: what a capability has to find again after a restart, a crash, or
 * in the hands of a newer bundle. Implemented by the kernel. Thread-safe; blocks on the file
 * system.
 */
@ProviderType
public interface StateFiles {
  /**
   * The folder of a capability below the service's state folder, made (mode 0700) when it is
   * missing. Two bundles that name the same folder share it.
   *
   * @param name one part: lower-case letters, digits and hyphens, beginning with a letter
   * @throws IllegalArgumentException when it is no such name
   * @throws HostException {@code DENIED} when somebody other than the service could change what is
   *     there: the message says which path, and how to mend it; {@code WRONG_KIND} when it is not a
   *     folder; {@code NO_SPACE}; {@code READ_ONLY}; {@code IO}
   */
  StateFolder folder(String name) throws HostException;

  /**
   * Which boot of the machine this is. State that names another one was written before a restart of
   * the machine: processes, mounts and unsynced content of that time are gone.
   */
  String boot();
}
