package kds.core.session;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Phase;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;
import org.jspecify.annotations.Nullable;

/** One session and all that is known of it. Thread-safe. */
final class LiveSession {
  private static final Duration EVER = Duration.ofNanos(Long.MAX_VALUE);

  private final Journal journal;
  private final CompletableFuture<SessionReport> started = new CompletableFuture<>();

  /** A new one when more of it is ended after its end. */
  private volatile CompletableFuture<SessionReport> ended = new CompletableFuture<>();

  /** Completed when the steps of the start are to give way to the end. */
  private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

  /** Completed when nobody works at its start (any more). */
  private final CompletableFuture<Void> idle = new CompletableFuture<>();

  /** What steps have said that they leave in the background, before they have answered. */
  private final Map<String, CompletionStage<StepResult>> left = new ConcurrentHashMap<>();

  private volatile SessionRecord record;
  private volatile SessionRequest request;
  private volatile String trouble = "";

  /**
   * When its end was complete, by {@link System#nanoTime()}, which no change of the clock moves.
   */
  private volatile long over;

  LiveSession(Journal journal, SessionRecord record, SessionRequest request) {
    this.journal = journal;
    this.record = record;
    this.request = request;
  }

  /** One that is over. */
  static LiveSession past(Journal journal, SessionRecord record) {
    LiveSession session = new LiveSession(journal, record, Secrets.bare(record));
    session.started.complete(session.report());
    session.idle.complete(null);
    session.ended.complete(session.report());
    return session;
  }

  String kasmId() {
    return record.session().kasmId();
  }

  String person() {
    return record.person();
  }

  SessionRecord record() {
    return record;
  }

  SessionReport report() {
    return record.report();
  }

  SessionRequest request() {
    return request;
  }

  CompletableFuture<SessionReport> started() {
    return started;
  }

  CompletableFuture<SessionReport> ended() {
    return ended;
  }

  CompletableFuture<Void> cancelled() {
    return cancelled;
  }

  CompletableFuture<Void> idle() {
    return idle;
  }

  /** A step leaves something in the background. */
  void leave(Phase phase, String step, CompletionStage<StepResult> end) {
    left.put(phase + " " + step, end);
  }

  /** What a step has left, null for nothing; it is told once. */
  @Nullable CompletionStage<StepResult> takeLeft(StepRecord step) {
    return left.remove(step.phase() + " " + step.name());
  }

  /** Why the journal could not be written last, empty when it could. */
  String trouble() {
    return trouble;
  }

  boolean is(State state) {
    return record.state() == state;
  }

  /** Changes the record, in the journal first: what is not written down has not happened. */
  synchronized void write(UnaryOperator<SessionRecord> change) throws IOException {
    SessionRecord changed = change.apply(record);
    try {
      journal.write(changed);
      trouble = "";
    } catch (IOException e) {
      trouble = e.toString();
      throw e;
    }
    record = changed;
  }

  /** Changes the record though the journal may fail: an end goes on. */
  synchronized void writeIfPossible(UnaryOperator<SessionRecord> change) {
    try {
      write(change);
    } catch (IOException e) {
      record = change.apply(record);
    }
  }

  /** Changes the record; the journal learns of it with the next change. */
  synchronized void note(UnaryOperator<SessionRecord> change) {
    record = change.apply(record);
  }

  /**
   * Turns to its end, once. The journal learns of it with the next change.
   *
   * @return false when it has done so before
   */
  synchronized boolean turnToEnd(UnaryOperator<SessionRecord> change) {
    if (is(State.ENDING) || is(State.ENDED)) {
      return false;
    }
    note(change);
    cancelled.complete(null);
    return true;
  }

  /** What an end that was asked for comes to. */
  enum Turn {
    /** Whoever asked has to end it. */
    MINE,
    /** Whoever is ending it goes further than he set out to. */
    FURTHER,
    /** Nothing is left to do for it. */
    NONE
  }

  /**
   * Turns to its end as was asked for; again, when an earlier end left something undone that this
   * one asks for. The journal learns of it with the next change.
   */
  synchronized Turn turnToEnd(Ending how) {
    if (turnToEnd(r -> r.ending(how))) {
      return Turn.MINE;
    }
    if (is(State.ENDING) && record.isExceededBy(how)) {
      note(r -> r.ending(how));
      return Turn.FURTHER;
    }
    if (is(State.ENDED) && record.leavesSomethingTo(how)) {
      note(r -> r.ending(how));
      ended = new CompletableFuture<>();
      return Turn.MINE;
    }
    return Turn.NONE;
  }

  /**
   * Is over, unless more was asked for since.
   *
   * @param done the end that was done
   * @return who waits for that; null when there is more to do
   */
  synchronized @Nullable CompletableFuture<SessionReport> over(Ending done) {
    if (record.ending() != done) {
      return null;
    }
    writeIfPossible(SessionRecord::over);
    return ended;
  }

  /** It is over: drops the secrets. */
  void strip() {
    request = Secrets.bare(record);
    over = System.nanoTime();
  }

  /** When it was over, by {@link System#nanoTime()}; 0 of an earlier life of the service. */
  long overSince() {
    return over;
  }

  /** For how long it has been over, by a clock that nobody sets; of an earlier life: for ever. */
  Duration overFor() {
    return over == 0 ? EVER : Duration.ofNanos(System.nanoTime() - over);
  }
}
