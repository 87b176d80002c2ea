package kds.run.it;

import java.util.List;
import java.util.stream.Stream;
import kds.run.it.TusRule.At;

/**
 * What a server MUST, SHOULD or MAY NOT do by tus 1.0.0 (tus.io/protocols/resumable-upload), for a
 * server with a largest size of 1000 bytes.
 */
final class TusRules {
  static final byte[] HUNDRED = TusWire.random(100);

  private static final String TYPE = TusWire.TYPE;
  private static final byte[] FIFTY = TusWire.random(50);

  private TusRules() {}

  /** All of them. */
  static Stream<TusRule> all() throws Exception {
    return Stream.of(headers(), requests(), creation(), others(), concatenation())
        .flatMap(List::stream);
  }

  private static TusRule row(String section, String rule, At at, String method) {
    return TusRule.rule(section, rule, at, method);
  }

  private static TusRule patch(String section, String rule, At at, long offset, String... more) {
    String[] base = {"Content-Type", TYPE, "Upload-Offset", Long.toString(offset)};
    return row(section, rule, at, "PATCH").with(TusWire.joined(base, more)).body(FIFTY);
  }

  private static TusRule post(String section, String rule, String... headers) {
    return row(section, rule, At.ALL, "POST").with(headers);
  }

  private static List<TusRule> headers() {
    String tus = "Core, Tus-Resumable";
    String override = "Core, X-HTTP-Method-Override";
    return List.of(
        row(tus, "another version is 412 with Tus-Version", At.HALF, "HEAD")
            .with("Tus-Resumable", "0.2.2")
            .gives(412, "Tus-Version", "1.0.0", "Upload-Offset", null),
        patch(tus, "the request of another version is not processed", At.HALF, 100)
            .with("Tus-Resumable", "2.0.0", "Content-Type", TYPE, "Upload-Offset", "100")
            .gives(412, "Tus-Version", "1.0.0"),
        row(tus, "nor is one without a version", At.FRESH, "DELETE")
            .with("Tus-Resumable", "")
            .gives(412, "Tus-Version", "1.0.0"),
        post(tus, "nor a creation of another version")
            .with("Tus-Resumable", "0.2.1", "Upload-Length", "1")
            .gives(412, "Location", null),
        row("Core, Upload-Offset", "it is a number that is not negative", At.HALF, "PATCH")
            .with("Content-Type", TYPE, "Upload-Offset", "-1")
            .body(FIFTY)
            .gives(400),
        row("Core, Upload-Offset", "nor words", At.HALF, "PATCH")
            .with("Content-Type", TYPE, "Upload-Offset", "1e2")
            .body(FIFTY)
            .gives(400),
        post("Core, Upload-Length", "it is a number that is not negative", "Upload-Length", "-1")
            .gives(400),
        row(override, "it is the method, whatever the request's own is: PATCH", At.HALF, "POST")
            .with("X-HTTP-Method-Override", "PATCH", "Content-Type", TYPE, "Upload-Offset", "100")
            .body(FIFTY)
            .gives(204, "Upload-Offset", "150"),
        row(override, "HEAD", At.HALF, "POST")
            .with("X-HTTP-Method-Override", "HEAD")
            .gives(200, "Upload-Offset", "100"),
        row(override, "DELETE instead of PATCH", At.HALF, "PATCH")
            .with("X-HTTP-Method-Override", "DELETE")
            .gives(204),
        row(override, "OPTIONS", At.ALL, "POST")
            .with("X-HTTP-Method-Override", "OPTIONS")
            .gives(204, "Tus-Version", "1.0.0", "Location", null),
        row(override, "one that is not served", At.HALF, "POST")
            .with("X-HTTP-Method-Override", "PUT")
            .gives(405));
  }

  private static List<TusRule> requests() {
    String head = "Core, HEAD";
    String patch = "Core, PATCH";
    return List.of(
        row(head, "the offset is told even when it is 0, and the length", At.FRESH, "HEAD")
            .gives(200, "Upload-Offset", "0", "Upload-Length", "200", "Cache-Control", "no-store"),
        row(head, "and of one that is complete", At.DONE, "HEAD")
            .gives(200, "Upload-Offset", "100", "Upload-Length", "100"),
        row(head, "one that is not there is 404, without an offset", At.UNKNOWN, "HEAD")
            .gives(404, "Upload-Offset", null, "Cache-Control", "no-store"),
        patch(patch, "what was appended is 204 with the new offset", At.HALF, 100)
            .gives(204, "Upload-Offset", "150"),
        row(patch, "another type is 415", At.HALF, "PATCH")
            .with("Content-Type", "application/octet-stream", "Upload-Offset", "100")
            .body(FIFTY)
            .gives(415),
        row(patch, "none is, too", At.HALF, "PATCH")
            .with("Upload-Offset", "100")
            .body(FIFTY)
            .gives(415),
        patch(patch, "a smaller offset is 409", At.HALF, 50).gives(409, "Upload-Offset", "100"),
        patch(patch, "a larger one is, too", At.HALF, 101).gives(409, "Upload-Offset", "100"),
        patch(patch, "and one of a complete upload", At.DONE, 0).gives(409),
        row(patch, "without an offset it is 400", At.HALF, "PATCH")
            .with("Content-Type", TYPE)
            .body(FIFTY)
            .gives(400),
        patch(patch, "what is not there is 404", At.UNKNOWN, 0).gives(404),
        patch(patch, "more than was announced is 413", At.HALF, 100)
            .body(TusWire.random(101))
            .gives(413),
        patch(patch, "nothing can be appended to a complete one", At.DONE, 100).gives(413),
        patch(patch, "an empty one changes nothing", At.HALF, 100)
            .body(new byte[0])
            .gives(204, "Upload-Offset", "100"),
        row(
                "Core, OPTIONS",
                "tells the version, extensions and the largest size",
                At.ALL,
                "OPTIONS")
            .gives(
                204,
                "Tus-Version",
                "1.0.0",
                "Tus-Max-Size",
                "1000",
                "Tus-Checksum-Algorithm",
                "sha1,sha256,md5,crc32c",
                "Tus-Extension",
                "creation,creation-with-upload,creation-defer-length,checksum,expiration,"
                    + "termination,concatenation"),
        row("Core, OPTIONS", "heeds no version", At.ALL, "OPTIONS")
            .with("Tus-Resumable", "7")
            .gives(204, "Tus-Version", "1.0.0"));
  }

  private static List<TusRule> creation() {
    String create = "Creation, POST";
    String defer = "Creation, Upload-Defer-Length";
    String meta = "Creation, Upload-Metadata";
    String upload = "Creation With Upload";
    return List.of(
        post(create, "is 201 with the URL", "Upload-Length", "10")
            .gives(201, "Location", "*", "Upload-Expires", "*"),
        post(create, "larger than Tus-Max-Size is 413", "Upload-Length", "1001")
            .gives(413, "Location", null),
        post(create, "needs a length or that it is deferred").gives(400),
        post(create, "an empty file is complete at once", "Upload-Length", "0")
            .gives(201, "Upload-Offset", "0", "Kds-Receipt", "*"),
        post(defer, "can only be 1", "Upload-Defer-Length", "2").gives(400),
        post(defer, "not beside a length", "Upload-Defer-Length", "1", "Upload-Length", "1")
            .gives(400),
        row(defer, "HEAD tells it as long as the length is not known", At.DEFERRED, "HEAD")
            .gives(200, "Upload-Defer-Length", "1", "Upload-Length", null, "Upload-Offset", "0"),
        patch(defer, "the length comes with a PATCH", At.DEFERRED, 0, "Upload-Length", "60")
            .gives(204, "Upload-Offset", "50"),
        patch(defer, "a length that was set is not changed", At.HALF, 100, "Upload-Length", "300")
            .gives(400),
        patch(defer, "nor is it larger than allowed", At.DEFERRED, 0, "Upload-Length", "1001")
            .gives(413),
        post(meta, "is kept", "Upload-Length", "9", "Upload-Metadata", "a,b Yg==,filename eA==")
            .gives(201),
        post(meta, "a key comes once", "Upload-Length", "9", "Upload-Metadata", "a YQ==,a Yg==")
            .gives(400),
        post(meta, "a key is not empty", "Upload-Length", "9", "Upload-Metadata", " YQ==,b Yg==,")
            .gives(400),
        post(meta, "a value is base64", "Upload-Length", "9", "Upload-Metadata", "filename ?")
            .gives(400),
        post(upload, "tells the offset", "Upload-Length", "100", "Content-Type", TYPE)
            .body(FIFTY)
            .gives(201, "Upload-Offset", "50", "Location", "*"),
        post(upload, "another type is 415", "Upload-Length", "100", "Content-Type", "text/plain")
            .body(FIFTY)
            .gives(415, "Location", null),
        post(upload, "so is none", "Upload-Length", "100").body(FIFTY).gives(415),
        post(upload, "more than announced is 413", "Upload-Length", "49", "Content-Type", TYPE)
            .body(FIFTY)
            .gives(413, "Location", null));
  }

  private static List<TusRule> others() throws Exception {
    String checksum = "Checksum";
    String[] right = {"Upload-Checksum", TusWire.sha1(FIFTY)};
    String[] wrong = {"Upload-Checksum", TusWire.sha1(HUNDRED)};
    return List.of(
        patch(checksum, "that matches is 204", At.HALF, 100, right)
            .gives(204, "Upload-Offset", "150"),
        patch(checksum, "that does not is 460, and the chunk is gone", At.HALF, 100, wrong)
            .gives(460, "Upload-Offset", "100"),
        patch(checksum, "of an unknown algorithm is 400", At.HALF, 100, "Upload-Checksum", "x YQ==")
            .gives(400),
        patch(checksum, "that cannot be read is 400", At.HALF, 100, "Upload-Checksum", "sha1 ?")
            .gives(400),
        post(checksum, "is heeded with a creation", "Upload-Length", "60", "Content-Type", TYPE)
            .with(TusWire.joined(wrong, "Upload-Length", "60", "Content-Type", TYPE))
            .body(FIFTY)
            .gives(460, "Location", null),
        patch("Expiration", "PATCH tells when it is", At.HALF, 100)
            .gives(204, "Upload-Expires", "*"),
        patch("Expiration", "what is gone is 410", At.ENDED, 0).gives(410, "Upload-Offset", null),
        row("Expiration", "for HEAD, too", At.ENDED, "HEAD").gives(410, "Upload-Offset", null),
        row("Termination", "is 204", At.HALF, "DELETE").with().gives(204),
        row("Termination", "also of a complete one", At.DONE, "DELETE").gives(204),
        row("Termination", "what has ended is 410", At.ENDED, "DELETE").gives(410),
        row("Termination", "what never was is 404", At.UNKNOWN, "DELETE").gives(404));
  }

  private static List<TusRule> concatenation() {
    String concat = "Concatenation";
    return List.of(
        row(concat, "HEAD of a part tells so", At.PART, "HEAD")
            .gives(200, "Upload-Concat", "partial", "Upload-Offset", "100", "Kds-Receipt", null),
        row(concat, "of a whole its parts; length and offset are equal", At.FINAL, "HEAD")
            .gives(
                200,
                "Upload-Concat",
                "*",
                "Upload-Offset",
                "200",
                "Upload-Length",
                "200",
                "Kds-Receipt",
                "*"),
        patch(concat, "PATCH of a whole is 403", At.FINAL, 200).gives(403),
        post(concat, "a whole has no length", "Upload-Concat", "final;" + "x".repeat(43))
            .with("Upload-Concat", "final;" + "x".repeat(43), "Upload-Length", "1")
            .gives(400),
        post(concat, "nor content of its own", "Upload-Concat", "final;" + "x".repeat(43))
            .body(FIFTY)
            .gives(400),
        post(concat, "an unknown part is 404", "Upload-Concat", "final;" + "x".repeat(43))
            .gives(404, "Location", null),
        post(concat, "another word is 400", "Upload-Concat", "whole", "Upload-Length", "1")
            .gives(400),
        post(concat, "a whole needs parts", "Upload-Concat", "final;").gives(400));
  }
}
