package kds.core.host;

import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.core.host.linux.HostThreads;

/** How far a file that is being written has come. */
enum Progress {
  WRITING,
  /** All of it is on the device. */
  SYNCED,
  PUBLISHED,
  /** Something failed, and what there is must not be trusted. */
  BROKEN,
  CLOSED;

  /** Refuses to go on where that makes no sense. */
  void requireUsable() throws HostException {
    switch (this) {
      case WRITING, SYNCED -> {}
      case PUBLISHED -> throw new IllegalStateException("The file was published already");
      case CLOSED -> throw HostThreads.closed();
      case BROKEN ->
          throw new HostException(
              Reason.IO, "Writing failed before; close this upload and begin another one");
    }
  }
}
