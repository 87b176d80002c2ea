package kds.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * For people: {@code time level [request session] logger: message}, in one line, and for an
 * exception its stack trace in lines that cannot be taken for records.
 */
final class TextForm implements Form {
  private static final byte[] MARK = "    | ".getBytes(StandardCharsets.US_ASCII);

  private final Clock clock = new Clock();

  @Override
  public void write(ILoggingEvent event, Bytes to) {
    clock.write(event.getTimeStamp(), to);
    to.add(' ').text(event.getLevel().toString());
    if (event.getLevel().toString().length() < 5) {
      to.add(' ');
    }
    to.add(' ').add('[');
    context("request", to);
    to.add(' ');
    context("session", to);
    to.add(']').add(' ').text(event.getLoggerName()).add(':').add(' ');
    to.text(String.valueOf(event.getFormattedMessage())).add('\n');
    if (event.getThrowableProxy() != null) {
      to.lines(ThrowableProxyUtil.asString(event.getThrowableProxy()).stripTrailing(), MARK);
      to.add('\n');
    }
  }

  /** Asked of the thread itself, which logs: a record's own map is a copy of all there is. */
  private static void context(String key, Bytes to) {
    @Nullable String value = MDC.get(key);
    if (value == null) {
      to.add('-');
    } else {
      to.text(value);
    }
  }
}
