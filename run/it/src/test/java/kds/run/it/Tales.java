package kds.run.it;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The sessions of a trial, as those know them who asked for them. */
final class Tales {
  private final List<Tale> all = new CopyOnWriteArrayList<>();
  private final List<String> ended = new ArrayList<>();

  /** Something that is done with a session. */
  @FunctionalInterface
  interface Act {
    void with(Tale tale) throws Exception;
  }

  /** One of a session that nobody has asked for yet. */
  Tale begin(String user) {
    Tale tale = new Tale(user);
    all.add(tale);
    return tale;
  }

  /** As they are now; may be walked through while others come. */
  List<Tale> all() {
    return all;
  }

  /** Whether one of a user's sessions shall live on. */
  boolean keeps(String user) {
    return all.stream().anyMatch(tale -> tale.kept && tale.user.equals(user));
  }

  /** Does something with each session, with all at a time: most of it is waiting. */
  void each(Act act) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> acts = new ArrayList<>();
      for (Tale tale : all) {
        acts.add(
            threads.submit(
                () -> {
                  act.with(tale);
                  return null;
                }));
      }
      for (Future<Void> each : acts) {
        each.get();
      }
    }
  }

  /** One whose journal is gone is spoken of no more. */
  void forget(Tale tale) {
    all.remove(tale);
  }

  /** Sessions that were judged when they had ended are not judged again and again. */
  void forgetEnded() {
    all.stream().filter(tale -> tale.ended).map(tale -> tale.kasmId).forEach(ended::add);
    all.removeIf(tale -> !tale.kept);
  }

  /** Of all that were forgotten as ended. */
  List<String> ended() {
    return ended;
  }
}
