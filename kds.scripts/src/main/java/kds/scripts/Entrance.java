package kds.scripts;

import java.util.concurrent.ExecutionException;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.capability.Gates;
import kds.api.capability.Lease;
import kds.api.script.Scripts;
import kds.api.session.StepResult;

/**
 * The way to the newest generation of the scripts. Steps and the start of the service go through
 * the gate like everybody else, so that the bundle that runs a script stays until it has ended.
 */
final class Entrance {
  private final Gates gates;

  Entrance(Gates gates) {
    this.gates = gates;
  }

  /** What a step says that could not enter: switched off is as wanted, anything else is not. */
  static StepResult closed(CapabilityUnavailableException e) {
    return e.reason() == CapabilityUnavailableException.Reason.OFF
        ? StepResult.skipped(e.getMessage())
        : StepResult.failed(e.getMessage());
  }

  /** Enters; waits where there is a gap. Close the lease when the last script has ended. */
  Lease<Scripts> enter() throws CapabilityUnavailableException, InterruptedException {
    try {
      return gates.enter(Scripts.CAPABILITY, Scripts.class).toCompletableFuture().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CapabilityUnavailableException unavailable) {
        throw unavailable;
      }
      throw new IllegalStateException("The scripts cannot be entered", e.getCause());
    }
  }
}
