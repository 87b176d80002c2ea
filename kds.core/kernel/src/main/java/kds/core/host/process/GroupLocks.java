package kds.core.host.process;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Keeps the removal of an empty group and the entry of a new member apart. */
final class GroupLocks {
  private final Lock[] locks = new Lock[64];

  GroupLocks() {
    for (int i = 0; i < locks.length; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  Lock of(String group) {
    return locks[Math.floorMod(group.hashCode(), locks.length)];
  }
}
