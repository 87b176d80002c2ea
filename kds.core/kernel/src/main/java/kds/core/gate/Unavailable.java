package kds.core.gate;

import java.time.Duration;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.capability.CapabilityUnavailableException.Reason;

/** What a call is told that cannot enter. */
final class Unavailable {
  private Unavailable() {}

  static CapabilityUnavailableException off(String capability) {
    return new CapabilityUnavailableException(
        Reason.OFF,
        "The capability "
            + capability
            + " is switched off on this server. Ask its operator to switch it on.",
        Duration.ofMinutes(1));
  }

  static CapabilityUnavailableException absent(String capability) {
    return new CapabilityUnavailableException(
        Reason.ABSENT,
        "No bundle on this server serves the capability "
            + capability
            + " now. Try again later; if that does not help, ask the operator to look at the"
            + " health check 'deploy'.",
        Duration.ofSeconds(10));
  }

  static CapabilityUnavailableException crowded(String capability) {
    return new CapabilityUnavailableException(
        Reason.CROWDED,
        "The capability " + capability + " is being replaced and too many calls wait for it.",
        Duration.ofSeconds(5));
  }
}
