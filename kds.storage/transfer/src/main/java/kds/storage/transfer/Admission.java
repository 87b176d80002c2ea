package kds.storage.transfer;

import java.time.Duration;
import kds.api.host.HostException;
import kds.api.host.HostPart;
import kds.api.host.HostUpload;
import kds.api.security.Caller;
import kds.api.transfer.Traffic;
import kds.api.transfer.TransferException;
import kds.api.transfer.UploadRequest;

/** What an upload in several goes has to keep to, by the rules of a moment. */
record Admission(Traffic traffic, Inspectors inspectors, Rules rules) {
  /**
   * Begins one, and closes its part until the first go; or refuses it, and discards the part. The
   * goes that follow belong to the same transfer.
   */
  void begin(Caller caller, UploadRequest request, HostPart part)
      throws HostException, TransferException {
    boolean begun = false;
    try {
      reserve(part, request.size()).check(0);
      meter(caller, request, request.further()).beginAndEnd();
      begun = true;
    } finally {
      if (begun) {
        part.close();
      } else {
        part.discard();
      }
    }
  }

  /** Reports what a go moves. */
  Meter meter(Caller caller, UploadRequest request, boolean further) {
    return Meter.up(traffic, policies(), caller, request.path(), request.size(), further);
  }

  /** Watches over the space that a go leaves free, or the copy at the end. */
  Reserve reserve(HostUpload file, long announced) {
    return new Reserve(file, policies().minFreeSpace(), announced);
  }

  /** How much may come. */
  Limit limit(long announced) {
    return new Limit(rules.settings().maxUploadSize(), announced);
  }

  /** Has the whole looked at. */
  Inspection inspection() {
    return inspectors.by(policies());
  }

  /** How long an unfinished upload is kept after its last byte. */
  Duration expires() {
    return rules.expires();
  }

  private Policies policies() {
    return rules.settings().policies();
  }
}
