package kds.api.host;

import java.util.List;

/**
 * How a desktop ended.
 *
 * @param processes how many processes were ended; 0 when there was no desktop
 * @param killed the names of those that did not end when asked, sorted, each once
 * @param left what could not be put in order, each in a sentence; empty when all was
 */
public record HostDesktopEnd(int processes, List<String> killed, List<String> left) {
  /** Takes copies. */
  public HostDesktopEnd {
    killed = List.copyOf(killed);
    left = List.copyOf(left);
  }
}
