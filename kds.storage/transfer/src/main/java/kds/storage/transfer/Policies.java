package kds.storage.transfer;

import java.time.Duration;
import kds.api.config.Quantity;
import kds.api.transfer.Traffic;

/**
 * What every transfer has to keep to.
 *
 * @param minFreeSpace bytes that uploads leave free on the file system, 0 for none
 * @param minInterval between the beginnings of two transfers of a session, zero for none
 * @param bandwidth bytes per second that a session's transfers share, 0 for no limit
 * @param inspectionTimeout how long all inspectors together may take for an upload
 * @param requireInspection whether uploads are refused while there is no inspector
 */
record Policies(
    long minFreeSpace,
    Duration minInterval,
    long bandwidth,
    Duration inspectionTimeout,
    boolean requireInspection) {
  /**
   * Reads the configuration.
   *
   * @throws IllegalArgumentException naming the key and how to write it
   */
  static Policies of(TransferConfig config) {
    return new Policies(
        Quantity.bytes("transfer.min_free_space", config.min_free_space()),
        Quantity.duration("transfer.min_interval", config.min_interval()),
        Quantity.bytes("transfer.bandwidth", config.bandwidth()),
        Quantity.duration("transfer.inspection_timeout", config.inspection_timeout()),
        config.require_inspection());
  }

  /** What of this the kernel watches over. */
  Traffic.Terms terms() {
    return new Traffic.Terms(minInterval, bandwidth);
  }
}
