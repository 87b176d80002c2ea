package kds.http.files;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import kds.api.transfer.Receipt;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.TransferException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** The headers of the tus protocol, version 1.0.0 (tus.io/protocols/resumable-upload). */
final class Tus {
  static final String VERSION = "1.0.0";
  static final String EXTENSIONS =
      "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination,"
          + "concatenation";
  static final String CONTENT_TYPE = "application/offset+octet-stream";
  static final String OFFSET = "Upload-Offset";
  static final String LENGTH = "Upload-Length";
  static final String DEFER = "Upload-Defer-Length";
  static final String METADATA = "Upload-Metadata";
  static final String CONCAT = "Upload-Concat";
  static final String OVERRIDE = "X-HTTP-Method-Override";

  /** Our own: what became of a finished upload, as ASCII JSON. */
  static final String RECEIPT = "Kds-Receipt";

  private static final String RESUMABLE = "Tus-Resumable";
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
  private static final int LONGEST_PATH = 1000;
  private static final JsonMapper ASCII =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Tus() {}

  /**
   * Agrees on the version, before anything else is looked at.
   *
   * @throws Refusal 412 {@code tus-version}
   */
  static void agree(Exchange exchange) throws Refusal {
    exchange.set(RESUMABLE, VERSION);
    if (!VERSION.equals(exchange.header(RESUMABLE))) {
      exchange.set("Tus-Version", VERSION);
      throw Refusal.of(
          412,
          "tus-version",
          "Send the header Tus-Resumable: 1.0.0; it is the version spoken here.");
    }
  }

  /** Says the version, where the client need not. */
  static void introduce(Exchange exchange) {
    exchange.set(RESUMABLE, VERSION);
  }

  /** A size or offset; -1 when it is not there. */
  static long number(Exchange exchange, String header) throws Refusal {
    String text = exchange.header(header);
    if (text == null) {
      return -1;
    }
    if (!NUMBER.matcher(text).matches()) {
      throw bad(header + " is not a number of bytes.");
    }
    return Long.parseLong(text);
  }

  /** The content that is appended; 415 for another type. */
  static void requireContentType(Exchange exchange) throws Refusal {
    String type = exchange.header("Content-Type");
    if (type == null || !type.strip().equalsIgnoreCase(CONTENT_TYPE)) {
      throw Refusal.of(
          415, "unsupported-media-type", "Send the content as Content-Type: " + CONTENT_TYPE + ".");
    }
  }

  /** Finishes what is complete, unless it is to be joined with others. */
  static void finishIfWhole(ResumableUpload upload) throws TransferException {
    if (!upload.partial() && upload.offset() == upload.size()) {
      upload.finish();
    }
  }

  /** Tells how far an upload is. */
  static void tell(Exchange exchange, ResumableUpload upload) {
    exchange.set(OFFSET, Long.toString(upload.offset()));
    expires(exchange, upload.expires());
    exchange.set(Places.HEADER, Places.word(upload.place()));
    upload.receipt().ifPresent(receipt -> exchange.set(RECEIPT, json(receipt)));
  }

  static void expires(Exchange exchange, Instant when) {
    exchange.set("Upload-Expires", DATE.format(when));
  }

  /** A header is no place for the folder's explanation, nor for a path of kilobytes. */
  static String json(Receipt receipt) {
    Map<String, Object> json = new LinkedHashMap<>(Places.json(receipt));
    json.remove("place");
    if (receipt.path().length() > LONGEST_PATH) {
      json.remove("path");
    }
    return ASCII.writeValueAsString(json);
  }

  static Refusal bad(String detail) {
    return Refusal.of(400, "bad-parameter", detail);
  }

  /** What a header says, trimmed; null when it is absent or empty. */
  static @Nullable String text(Exchange exchange, String header) {
    String text = exchange.header(header);
    return text == null || text.isBlank() ? null : text.strip();
  }
}
