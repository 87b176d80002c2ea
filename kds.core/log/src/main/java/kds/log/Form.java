package kds.log;

import ch.qos.logback.classic.spi.ILoggingEvent;

/** What a record looks like. Called by one thread at a time, the one that logs. */
interface Form {
  /** Writes a record with its line's end. */
  void write(ILoggingEvent event, Bytes to);
}
