package kds.scripts;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import kds.api.host.HostException;
import kds.api.host.StateFiles;
import kds.api.host.StateFolder;
import kds.api.host.StateFolder.Durability;

/**
 * Notes what is done once in a life of the service, whichever generation of the bundle does it. The
 * note names the process, because the state folder outlives it.
 */
final class LifeMark {
  private static final int LONGEST = 1024;

  private final StateFiles states;
  private final String name;
  private final byte[] life;

  /**
   * Makes one.
   *
   * @param name of the file
   * @param life of the service
   */
  LifeMark(StateFiles states, String name, String life) {
    this.states = states;
    this.name = name;
    this.life = life.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether it is to be done: then it is noted before, because it must not be done twice. */
  boolean set() throws HostException {
    StateFolder folder = RunStore.folder(states);
    if (Arrays.equals(folder.read(name, LONGEST).orElse(null), life)) {
      return false;
    }
    folder.write(name, life, Durability.SERVICE);
    return true;
  }
}
