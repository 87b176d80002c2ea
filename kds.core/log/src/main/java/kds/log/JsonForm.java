package kds.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** For programs: one JSON object a line. */
final class JsonForm implements Form {
  private static final byte[] TIME = ascii("{\"timestamp\":");
  private static final byte[] LEVEL = ascii(",\"level\":");
  private static final byte[] THREAD = ascii(",\"threadName\":");
  private static final byte[] LOGGER = ascii(",\"loggerName\":");
  private static final byte[] CONTEXT = ascii(",\"mdc\":{");
  private static final byte[] MESSAGE = ascii("},\"formattedMessage\":");
  private static final byte[] THROWABLE = ascii(",\"throwable\":");

  @Override
  public void write(ILoggingEvent event, Bytes to) {
    to.add(TIME).add(ascii(Long.toString(event.getTimeStamp())));
    to.add(LEVEL).json(event.getLevel().toString());
    to.add(THREAD).json(String.valueOf(event.getThreadName()));
    to.add(LOGGER).json(event.getLoggerName());
    to.add(CONTEXT);
    boolean first = true;
    for (Map.Entry<String, String> entry : event.getMDCPropertyMap().entrySet()) {
      if (!first) {
        to.add(',');
      }
      first = false;
      to.json(entry.getKey()).add(':').json(String.valueOf(entry.getValue()));
    }
    to.add(MESSAGE).json(String.valueOf(event.getFormattedMessage()));
    if (event.getThrowableProxy() != null) {
      to.add(THROWABLE).json(ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    to.add('}').add('\n');
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
