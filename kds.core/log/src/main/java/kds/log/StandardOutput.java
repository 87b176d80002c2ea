package kds.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes the log to standard output, each record whole, in order, none lost at a stop. Who logs
 * only puts a record into words; another thread writes, a few milliseconds later at most. Errors
 * are waited for, because what they report may end the process.
 *
 * <p>{@code <form>} is {@code text} or {@code json}. Thread-safe.
 */
public final class StandardOutput extends UnsynchronizedAppenderBase<ILoggingEvent> {
  private static final int MEMORY = 1 << 20;
  private static final Duration FOR_ERRORS = Duration.ofSeconds(1);

  private final Lock turn = new ReentrantLock();
  private final Bytes record = new Bytes();
  private Form form = new TextForm();
  private @Nullable Backlog backlog;
  private @Nullable Thread last;

  /** What records look like: {@code text} or {@code json}. */
  public void setForm(String name) {
    form = name.equals("json") ? new JsonForm() : new TextForm();
  }

  @Override
  public void start() {
    Backlog opened = new Backlog(MEMORY, StandardOutput::write).open();
    backlog = opened;
    last = Thread.ofPlatform().name("kds-log-end").unstarted(() -> opened.flush(FOR_ERRORS));
    try {
      Runtime.getRuntime().addShutdownHook(last);
    } catch (IllegalStateException _) {
      // The machine ends already, and the framework stops this in time.
    }
    super.start();
  }

  private static void write(byte[] bytes, int from, int length) {
    PrintStream out = System.out;
    out.write(bytes, from, length);
    out.flush();
  }

  @Override
  protected void append(ILoggingEvent event) {
    Backlog to = backlog;
    if (to == null) {
      return;
    }
    boolean error = event.getLevel().isGreaterOrEqual(Level.ERROR);
    turn.lock();
    try {
      record.clear();
      form.write(event, record);
      to.put(record.array(), record.length(), event.getLevel().isGreaterOrEqual(Level.WARN));
    } finally {
      turn.unlock();
    }
    if (error) {
      to.flush(FOR_ERRORS);
    }
  }

  @Override
  public void stop() {
    super.stop();
    Backlog closing = backlog;
    if (closing != null) {
      closing.close();
    }
    try {
      if (last != null) {
        Runtime.getRuntime().removeShutdownHook(last);
      }
    } catch (IllegalStateException _) {
      // The machine ends already.
    }
  }
}
