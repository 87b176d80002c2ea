package kds.scripts;

import java.time.Duration;
import kds.api.capability.Gates;
import kds.api.session.SessionStep;

/** A session step that runs scripts: where it stands, and how it enters the capability. */
abstract class ScriptStep implements SessionStep {
  private final String name;
  private final int order;
  private final int endOrder;
  private final Entrance entrance;

  ScriptStep(String name, int order, int endOrder, Gates gates) {
    this.name = name;
    this.order = order;
    this.endOrder = endOrder;
    this.entrance = new Entrance(gates);
  }

  Entrance entrance() {
    return entrance;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int order() {
    return order;
  }

  @Override
  public int endOrder() {
    return endOrder;
  }

  /** Each script has its own limit; this is for all that are waited for together. */
  @Override
  public Duration limit() {
    return Duration.ofHours(1);
  }
}
