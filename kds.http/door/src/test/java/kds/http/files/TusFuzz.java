package kds.http.files;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import kds.http.route.Exchange;
import kds.http.route.Exchanges;
import kds.http.route.Refusal;

/** The headers of tus are read or refused, and no name in Upload-Metadata climbs. */
public final class TusFuzz {
  private static final byte[] NOTHING = {};

  private TusFuzz() {}

  /** The input is one header to a line, and once more a name in Upload-Metadata. */
  public static void fuzzerTestOneInput(byte[] input) {
    Exchange exchange;
    try {
      exchange = Exchanges.of(Exchanges.lines(input), NOTHING);
    } catch (Refusal e) {
      throw new AssertionError(e);
    }
    for (String header : List.of(Tus.OFFSET, Tus.LENGTH)) {
      read(() -> number(exchange, header));
    }
    read(() -> Tus.requireContentType(exchange));
    read(() -> UploadRules.of(exchange));
    read(() -> checksum(exchange));
    read(() -> path(exchange.header(Tus.METADATA)));
    read(() -> concat(exchange.header(Tus.CONCAT)));
    // As the HTTP parser lets a header through, which has no line breaks.
    String line = new String(input, StandardCharsets.ISO_8859_1).replaceAll("\\p{Cntrl}", "");
    read(() -> concat(TusConcat.FINAL + line));
    String base64 = Base64.getEncoder().encodeToString(input);
    for (String key : List.of("filename ", "a,relativePath ", "b YQ==, name ")) {
      read(() -> path(key + base64));
    }
  }

  private static void number(Exchange exchange, String header) throws Refusal {
    long number = Tus.number(exchange, header);
    if (number < -1 || number == -1 != (exchange.header(header) == null)) {
      throw new AssertionError(number + " out of " + exchange.header(header));
    }
  }

  private static void checksum(Exchange exchange) throws Refusal {
    TusChecksum checksum = TusChecksum.of(exchange);
    if (checksum != null && checksum.expected().length != checksum.digest().getDigestLength()) {
      throw new AssertionError(exchange.header("Upload-Checksum"));
    }
  }

  private static void path(String header) throws Refusal {
    String path = TusMetadata.of(header).path();
    for (String name : path.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('\0') >= 0) {
        throw new AssertionError(path + " out of " + header);
      }
    }
    String again =
        "filename " + Base64.getEncoder().encodeToString(path.getBytes(StandardCharsets.UTF_8));
    if (!TusMetadata.of(again).path().equals(path)) {
      throw new AssertionError(path + " comes back otherwise");
    }
  }

  /**
   * Keys are of the one form that keys have, none comes twice, and they are read again as they are.
   */
  private static void concat(String header) throws Refusal {
    if (!(TusConcat.of(header) instanceof TusConcat.Whole(List<String> keys))) {
      return;
    }
    boolean fit = keys.stream().allMatch(key -> key.matches("[A-Za-z0-9_-]{43}"));
    if (!fit
        || keys.isEmpty()
        || keys.size() > TusConcat.MOST
        || Set.copyOf(keys).size() < keys.size()) {
      throw new AssertionError(keys + " out of " + header);
    }
    String again = TusConcat.FINAL + String.join(" ", keys);
    if (!TusConcat.of(again).equals(new TusConcat.Whole(keys))) {
      throw new AssertionError(keys + " come back otherwise");
    }
    TusMemo memo = new TusMemo("", header);
    if (!TusMemo.read(memo.write()).equals(memo) || !memo.isFinal()) {
      throw new AssertionError(header + " comes back otherwise");
    }
  }

  private interface Reading {
    void now() throws Refusal;
  }

  private static void read(Reading reading) {
    try {
      reading.now();
    } catch (Refusal e) {
      int status = e.problem().status();
      if (status != 400 && status != 415) {
        throw new AssertionError(e);
      }
    }
  }
}
