package kds.api.host;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Takes what a program writes. Called by one thread at a time; a slow taker slows the program down,
 * nothing is dropped or stored in between.
 *
 * <p>It is also called after {@link HostProcess#exit()} was completed, as long as children that the
 * program left hold its output open. One that throws is not called again, and the rest is dropped.
 */
@ConsumerType
@FunctionalInterface
public interface HostOutput {
  /**
   * Takes some output.
   *
   * @param error true for standard error
   * @param bytes valid during the call only
   */
  void take(boolean error, ByteBuffer bytes);
}
