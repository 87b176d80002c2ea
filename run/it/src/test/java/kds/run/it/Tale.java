package kds.run.it;

import java.util.UUID;

/**
 * What the control plane knows of one session: what it has asked for, and what it was answered.
 * Written by one client, read when that one has ended.
 */
final class Tale {
  final String kasmId = UUID.randomUUID().toString();
  final String user;

  /** Its start was answered. */
  volatile boolean started;

  /** Its start was refused, because another session of the user was being ended. */
  volatile boolean refused;

  /** Its end was asked for. */
  volatile boolean ending;

  /** Its end was asked for before its start was answered. */
  volatile boolean cut;

  /** Its end was answered. */
  volatile boolean ended;

  /** It shall live on. */
  volatile boolean kept;

  Tale(String user) {
    this.user = user;
  }

  @Override
  public String toString() {
    return "%s of %s (%s%s%s%s%s)"
        .formatted(
            kasmId,
            user,
            started ? "started" : "start not answered",
            refused ? ", refused" : "",
            cut ? ", cut" : "",
            ended ? ", ended" : ending ? ", end not answered" : "",
            kept ? ", kept" : "");
  }
}
