package kds.core.session;

import java.time.Duration;
import kds.api.session.SessionContext;
import kds.api.session.SessionStep;
import kds.api.session.StepResult;

/** A step whose behaviour a test chooses. */
final class ToyStep implements SessionStep {
  /** What it does. */
  @FunctionalInterface
  interface Action {
    StepResult run(SessionContext context) throws Exception;
  }

  static final Action FINE = context -> StepResult.done("Fine.");

  private final String name;
  private final int order;
  boolean essential;
  boolean repeatable = true;
  boolean needsUser;
  boolean lastOnly;
  Duration limit = Duration.ofMinutes(1);
  Action start = FINE;
  Action end = FINE;
  Action interrupted = FINE;

  ToyStep(String name, int order) {
    this.name = name;
    this.order = order;
  }

  ToyStep onStart(Action action) {
    start = action;
    return this;
  }

  ToyStep onEnd(Action action) {
    end = action;
    return this;
  }

  ToyStep onInterrupted(Action action) {
    interrupted = action;
    return this;
  }

  ToyStep needed() {
    essential = true;
    return this;
  }

  ToyStep once() {
    repeatable = false;
    return this;
  }

  ToyStep forUsers() {
    needsUser = true;
    return this;
  }

  ToyStep last() {
    lastOnly = true;
    return this;
  }

  ToyStep within(Duration most) {
    limit = most;
    return this;
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
    return -order;
  }

  @Override
  public boolean essential() {
    return essential;
  }

  @Override
  public boolean repeatable() {
    return repeatable;
  }

  @Override
  public boolean needsUser() {
    return needsUser;
  }

  @Override
  public boolean lastSessionOnly() {
    return lastOnly;
  }

  @Override
  public Duration limit() {
    return limit;
  }

  @Override
  public void interrupted(SessionContext context) throws Exception {
    interrupted.run(context);
  }

  @Override
  public StepResult start(SessionContext context) throws Exception {
    return start.run(context);
  }

  @Override
  public StepResult end(SessionContext context) throws Exception {
    return end.run(context);
  }
}
