package kds.core.session;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import kds.api.host.HostException;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;

/** A name service of a few names, which can be down. */
final class ToyUsers implements HostUsers {
  private final Map<String, HostUser> byName = new ConcurrentHashMap<>();
  volatile boolean down;

  /** Opened by the first question. */
  volatile CountDownLatch asked = new CountDownLatch(1);

  /** Closed, it keeps every question waiting. */
  volatile CountDownLatch answers = new CountDownLatch(0);

  /** Makes a user known under one more name. */
  ToyUsers add(String name, String canonical, long uid) {
    byName.put(
        name,
        new HostUser(canonical, uid, uid, List.of(uid), Path.of("/home", canonical), "/bin/bash"));
    return this;
  }

  @Override
  public Optional<HostUser> byName(String name) throws HostException {
    refuseIfDown();
    return Optional.ofNullable(byName.get(name));
  }

  @Override
  public Optional<HostUser> byUid(long uid) throws HostException {
    refuseIfDown();
    return byName.values().stream().filter(user -> user.uid() == uid).findFirst();
  }

  ToyUsers remove(String name) {
    byName.remove(name);
    return this;
  }

  private void refuseIfDown() throws HostException {
    asked.countDown();
    try {
      answers.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException(HostException.Reason.BUSY, "The look-up was interrupted.", e);
    }
    if (down) {
      throw new HostException(HostException.Reason.TIMEOUT, "The name service did not answer.");
    }
  }

  @Override
  public HostUser self() {
    return new HostUser("root", 0, 0, List.of(0L), Path.of("/root"), "/bin/sh");
  }
}
