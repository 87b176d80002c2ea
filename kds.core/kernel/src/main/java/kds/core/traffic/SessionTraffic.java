package kds.core.traffic;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import kds.api.security.Caller;
import kds.api.session.Session;
import kds.api.transfer.Traffic;
import kds.api.transfer.TransferException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * One {@link Lane} for each session. It outlives the bundles that transfer: what a session has used
 * up does not come back with a new bundle.
 */
@Component(service = Traffic.class, immediate = true)
public final class SessionTraffic implements Traffic {
  /** Beyond so many, lanes that nobody uses are looked for. */
  private static final int MANY = 1024;

  private final ConcurrentMap<String, Lane> lanes = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();
  private final Clock clock;

  /** Made by Declarative Services. */
  @Activate
  public SessionTraffic() {
    this(Clock.systemUTC());
  }

  SessionTraffic(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Passage begin(
      Caller caller, Direction direction, String path, long size, boolean further, Terms terms)
      throws TransferException {
    if (lanes.size() > MANY) {
      lanes.values().removeIf(Lane::retireIfIdle);
    }
    String kasmId = session(caller).kasmId();
    String id = Long.toString(lastId.incrementAndGet());
    while (true) {
      Lane lane = lanes.computeIfAbsent(kasmId, _ -> new Lane());
      LanePassage passage =
          new LanePassage(lane, id, direction, path, size, clock.instant(), terms.bandwidth());
      if (lane.enter(passage, further, terms.minInterval())) {
        return passage;
      }
      lanes.remove(kasmId, lane);
    }
  }

  @Override
  public List<Transfer> running(Caller caller) throws TransferException {
    Lane lane = lanes.get(session(caller).kasmId());
    return lane == null ? List.of() : lane.running();
  }

  /** How many sessions are remembered. */
  int lanes() {
    return lanes.size();
  }

  private static Session session(Caller caller) throws TransferException {
    Session session = caller.session();
    if (session == null) {
      throw new TransferException(
          TransferException.Reason.NO_SESSION,
          "The token speaks for no session, so it has no transfers. Use a session's token.");
    }
    return session;
  }
}
