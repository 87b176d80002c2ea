package kds.http.files;

/**
 * A stretch of a file.
 *
 * @param first its first byte
 * @param last its last byte, included
 */
record Span(long first, long last) {
  long length() {
    return last - first + 1;
  }

  /** The Content-Range of it in a file of that size. */
  String contentRange(long size) {
    return "bytes " + first + '-' + last + '/' + size;
  }
}
