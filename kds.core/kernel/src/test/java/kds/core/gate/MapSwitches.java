package kds.core.gate;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Switches without a file behind them. */
public final class MapSwitches implements Switches {
  private final Map<String, Boolean> positions = new ConcurrentHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  private volatile boolean broken;

  /** From now on nothing can be written. */
  void breakDisk() {
    broken = true;
  }

  @Override
  public boolean on(String capability) {
    return positions.getOrDefault(capability, true);
  }

  @Override
  public Set<String> names() {
    return positions.keySet();
  }

  @Override
  public void turn(String capability, boolean on) throws IOException {
    if (broken) {
      throw new IOException("disk full");
    }
    positions.put(capability, on);
    listeners.forEach(Runnable::run);
  }

  @Override
  public AutoCloseable onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
