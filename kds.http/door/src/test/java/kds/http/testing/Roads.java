package kds.http.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import kds.api.security.Caller;
import kds.api.transfer.Traffic;

/** What a session is told to move. */
public final class Roads implements Traffic {
  /** What is under way. */
  public final List<Transfer> running = new CopyOnWriteArrayList<>();

  @Override
  public Passage begin(
      Caller caller, Direction direction, String path, long size, boolean further, Terms terms) {
    throw new UnsupportedOperationException("The door moves nothing itself.");
  }

  @Override
  public List<Transfer> running(Caller caller) {
    return List.copyOf(running);
  }
}
