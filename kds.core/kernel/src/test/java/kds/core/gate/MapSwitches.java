package kds.core.gate;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import kds.core.config.CapabilitySwitches;

/** Switches without a file behind them. */
public final class MapSwitches implements CapabilitySwitches {
  private final Map<String, Boolean> positions = new ConcurrentHashMap<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean broken;
  private volatile CompletionStage<?> lastEnd;

  /** From now on nothing can be written. */
  void breakDisk() {
    broken = true;
  }

  /** What the last listener answered: complete when the running calls have ended. */
  CompletionStage<?> lastEnd() {
    return lastEnd;
  }

  @Override
  public SortedSet<String> known() {
    return new TreeSet<>(positions.keySet());
  }

  @Override
  public boolean isOn(String capability) {
    return positions.getOrDefault(capability, true);
  }

  @Override
  public void turn(String capability, boolean on) throws IOException {
    if (broken) {
      throw new IOException("disk full");
    }
    positions.put(capability, on);
    listeners.forEach(listener -> lastEnd = listener.switched(capability, on));
  }

  @Override
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  @Override
  public void forget(Listener listener) {
    listeners.remove(listener);
  }
}
