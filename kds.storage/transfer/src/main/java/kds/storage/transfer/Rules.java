package kds.storage.transfer;

import java.time.Duration;
import kds.api.config.Quantity;

/**
 * The configuration of uploads in several goes, read once.
 *
 * @param settings what holds for every transfer
 * @param expires how long an unfinished upload is kept after its last byte
 */
record Rules(Settings settings, Duration expires) {
  /**
   * Reads it.
   *
   * @throws IllegalArgumentException naming the key and how to write it
   */
  static Rules of(TransferConfig config) {
    return new Rules(
        Settings.of(config), Quantity.duration("transfer.upload_expires", config.upload_expires()));
  }
}
