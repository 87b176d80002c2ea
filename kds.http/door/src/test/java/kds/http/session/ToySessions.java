package kds.http.session;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import kds.api.security.Caller;
import kds.api.session.SessionEvent;
import kds.api.session.SessionException;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.Phase;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionReport.StepReport;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions;
import kds.api.session.StepResult;
import kds.http.testing.Count;
import org.jspecify.annotations.Nullable;

/** One session at most, whose steps are words. */
final class ToySessions implements Sessions {
  volatile @Nullable SessionRequest request;
  volatile @Nullable SessionException refusal;
  volatile @Nullable Ending ending;
  volatile State state = State.RUNNING;
  final Count open = new Count();
  private final List<SessionEvent> events = new ArrayList<>();
  private final List<BlockingQueue<SessionEvent>> followers = new ArrayList<>();

  synchronized void tell(String kind, String text) {
    String kasmId = request.session().kasmId();
    SessionEvent event = new SessionEvent(events.size() + 1, Instant.now(), kasmId, kind, "", text);
    events.add(event);
    followers.forEach(follower -> follower.add(event));
  }

  private SessionReport report() {
    return new SessionReport(
        request.session(),
        state,
        Outcome.READY,
        Instant.now(),
        state == State.ENDED ? Instant.now() : null,
        List.of(
            new StepReport("hooks", Phase.START, StepResult.done("Done."), Instant.now(), 3),
            new StepReport("more", Phase.START, null, Instant.now(), 3)));
  }

  @Override
  public CompletionStage<SessionReport> start(SessionRequest order, Caller by) {
    if (refusal != null) {
      return CompletableFuture.failedStage(refusal);
    }
    request = order;
    return CompletableFuture.supplyAsync(this::report);
  }

  @Override
  public CompletionStage<Optional<SessionReport>> end(String kasmId, Ending how, Caller by) {
    if (find(kasmId).isPresent()) {
      state = State.ENDED;
      ending = how;
    }
    return CompletableFuture.completedStage(find(kasmId));
  }

  @Override
  public List<SessionReport> list() {
    return request == null ? List.of() : List.of(report());
  }

  @Override
  public Optional<SessionReport> find(String kasmId) {
    return list().stream().filter(r -> r.session().kasmId().equals(kasmId)).findFirst();
  }

  @Override
  public synchronized AutoCloseable subscribe(
      Optional<String> kasmId, long after, Consumer<SessionEvent> listener) {
    BlockingQueue<SessionEvent> mine = new LinkedBlockingQueue<>();
    events.stream().filter(e -> e.sequence() > after).forEach(mine::add);
    followers.add(mine);
    Thread telling = Thread.ofVirtual().start(() -> tellAll(mine, listener));
    open.up();
    return () -> leave(mine, telling);
  }

  private static void tellAll(BlockingQueue<SessionEvent> events, Consumer<SessionEvent> listener) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        listener.accept(events.take());
      }
    } catch (InterruptedException _) {
      // He has left.
    }
  }

  private synchronized void leave(BlockingQueue<SessionEvent> events, Thread telling) {
    followers.remove(events);
    telling.interrupt();
    open.down();
  }
}
