package kds.http.files;

import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadRequest.OnConflict;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about how its files are to be received.
 *
 * @param onConflict what to do when a name is taken, null for the configured rule
 * @param sha256 whether SHA-256 is wanted
 * @param mustBeNew whether a taken name fails the request ({@code If-None-Match: *})
 */
record UploadRules(@Nullable OnConflict onConflict, boolean sha256, boolean mustBeNew) {
  /**
   * Reads them, and refuses what would not be heeded.
   *
   * @throws Refusal 400 or 415
   */
  static UploadRules of(Exchange exchange) throws Refusal {
    refuse(exchange, "Content-Range", 400, "Send the whole file; a part cannot be put.");
    refuse(exchange, "If-Match", 400, "Use on_conflict, or If-None-Match: * for a new file.");
    refuse(exchange, "If-Unmodified-Since", 400, "Use on_conflict instead.");
    String encoding = exchange.header("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw Refusal.of(
          415, "unsupported-encoding", "The content is encoded. Send it as it is, unencoded.");
    }
    String ifNoneMatch = exchange.header("If-None-Match");
    if (ifNoneMatch != null && !ifNoneMatch.strip().equals("*")) {
      refuse(exchange, "If-None-Match", 400, "Only If-None-Match: * is known for an upload.");
    }
    return new UploadRules(
        exchange.query().word("on_conflict", OnConflict.class),
        Digests.wanted(exchange),
        ifNoneMatch != null);
  }

  private static void refuse(Exchange exchange, String header, int status, String remedy)
      throws Refusal {
    if (exchange.header(header) != null) {
      throw Refusal.of(
          status, "unsupported-header", "An upload does not know " + header + ". " + remedy);
    }
  }

  UploadRequest request(String path, long size) {
    return new UploadRequest(path, size, onConflict, sha256, mustBeNew);
  }
}
