package kds.core.gate;

import java.util.ArrayList;
import java.util.List;
import kds.api.capability.Lease;

/** A lease that is counted twice: at the capability's premises and at the generation. */
final class CountedLease<T> implements Lease<T> {
  private final T service;
  private final Generation generation;
  private final Premises premises;
  private List<Runnable> actions = List.of();
  private boolean closed;
  private boolean cut;

  CountedLease(T service, Generation generation, Premises premises) {
    this.service = service;
    this.generation = generation;
    this.premises = premises;
  }

  @Override
  public T service() {
    return service;
  }

  @Override
  public String bundle() {
    return generation.name();
  }

  @Override
  public String version() {
    return generation.version();
  }

  @Override
  public void whenCut(Runnable action) {
    synchronized (this) {
      if (!cut) {
        actions = new ArrayList<>(actions);
        actions.add(action);
        return;
      }
    }
    action.run();
  }

  /** The time is over: tells who holds it, unless he has closed it meanwhile. */
  void cut() {
    List<Runnable> due;
    synchronized (this) {
      if (cut || closed) {
        return;
      }
      cut = true;
      due = actions;
    }
    due.forEach(Runnable::run);
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      actions = List.of();
    }
    generation.leave();
    premises.leave(this);
  }

  @Override
  public String toString() {
    return service.getClass().getSimpleName() + " of " + bundle() + " " + version();
  }
}
