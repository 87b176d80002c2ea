package kds.core.gate;

import java.util.concurrent.CompletionStage;
import org.osgi.framework.Bundle;

/** One installed bundle as the gates see it: on probation, serving, or draining. */
final class Generation {
  private final Turnstile turnstile = new Turnstile();
  private final long number;
  private final String name;
  private final String version;
  private volatile boolean admitted;

  Generation(Bundle bundle, boolean admitted) {
    this.number = bundle.getBundleId();
    this.name = String.valueOf(bundle.getSymbolicName());
    this.version = bundle.getVersion().toString();
    this.admitted = admitted;
  }

  /** Grows with each installation: the framework never gives a bundle id twice. */
  long number() {
    return number;
  }

  String name() {
    return name;
  }

  String version() {
    return version;
  }

  boolean enter() {
    return admitted && turnstile.enter();
  }

  /** Enters by another way than a gate, see {@link kds.api.capability.Calls}. */
  boolean join() {
    return turnstile.join();
  }

  void leave() {
    turnstile.leave();
  }

  void admit() {
    admitted = true;
  }

  boolean admitted() {
    return admitted;
  }

  CompletionStage<Void> drain() {
    return turnstile.shut();
  }

  boolean draining() {
    return turnstile.isShut();
  }

  boolean takesCalls() {
    return admitted && !turnstile.isShut();
  }

  int leases() {
    return turnstile.inside();
  }
}
