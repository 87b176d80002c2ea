package kds.http.files;

import java.util.Optional;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.ResumableUploads;
import kds.api.transfer.TransferException;
import kds.http.problem.Problem;
import kds.http.route.Exchange;
import kds.http.route.Refusal;

/** Uploads whose right lies in their URL. */
final class KeyedUploads {
  private KeyedUploads() {}

  /**
   * Opens the upload whose key stands in the URL.
   *
   * @throws Refusal 410 when its owner may come no more, 429 to who tries many keys
   */
  static ResumableUpload resume(Exchange exchange, ResumableUploads uploads)
      throws Refusal, TransferException {
    ResumableUpload upload;
    try {
      upload = uploads.resume(exchange.path());
    } catch (TransferException e) {
      if (e.reason() == TransferException.Reason.NOT_FOUND) {
        Optional<Problem> banned = exchange.keyGuard().unknown();
        if (banned.isPresent()) {
          throw new Refusal(banned.get());
        }
      }
      throw e;
    }
    Optional<String> refused = exchange.keyGuard().refuses(upload.caller());
    if (refused.isPresent()) {
      upload.close();
      throw Refusal.of(410, "upload-gone", refused.get());
    }
    exchange.known(upload.caller());
    return upload;
  }
}
