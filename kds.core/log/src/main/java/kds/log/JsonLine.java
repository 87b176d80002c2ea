package kds.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;

/** The JSON form for appenders of logback's own, as the one that rolls the audit log. */
public final class JsonLine extends EncoderBase<ILoggingEvent> {
  private final Form form = new JsonForm();

  @Override
  public byte[] encode(ILoggingEvent event) {
    Bytes bytes = new Bytes();
    form.write(event, bytes);
    return bytes.copy();
  }

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
