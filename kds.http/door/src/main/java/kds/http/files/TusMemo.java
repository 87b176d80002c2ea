package kds.http.files;

/**
 * What a client wants to have back with HEAD, as one line or two for who keeps it. A header has no
 * line breaks.
 *
 * @param metadata the header Upload-Metadata, empty for none
 * @param concat the header Upload-Concat, empty for none
 */
record TusMemo(String metadata, String concat) {
  static TusMemo read(String text) {
    int end = text.indexOf('\n');
    return end < 0
        ? new TusMemo(text, "")
        : new TusMemo(text.substring(end + 1), text.substring(0, end));
  }

  String write() {
    return concat.isEmpty() ? metadata : concat + '\n' + metadata;
  }

  /** Whether it is a whole, joined of parts. */
  boolean isFinal() {
    return concat.startsWith(TusConcat.FINAL);
  }
}
