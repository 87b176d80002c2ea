package kds.storage.transfer;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import kds.api.host.HostException;
import kds.api.host.HostFile;
import kds.api.transfer.Download;
import kds.api.transfer.Place;
import kds.api.transfer.TransferException;

/** A file that somebody is downloading. Leaves one audit record when it is closed. */
final class OpenDownload implements Download {
  private final Place place;
  private final String path;
  private final HostFile file;
  private final Meter meter;
  private final Trail trail;
  private final LongAdder bytes = new LongAdder();
  private final AtomicBoolean refused = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  OpenDownload(Place place, String path, HostFile file, Meter meter, Trail trail) {
    this.place = place;
    this.path = path;
    this.file = file;
    this.meter = meter;
    this.trail = trail;
  }

  @Override
  public Place place() {
    return place;
  }

  @Override
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public Instant modified() {
    return file.modified();
  }

  @Override
  public String version() {
    return file.version();
  }

  @Override
  public int read(ByteBuffer into, long position) throws TransferException {
    try {
      begin();
      int read = file.read(into, position);
      if (read > 0) {
        meter.pass(read);
        bytes.add(read);
      }
      return read;
    } catch (HostException e) {
      throw Faults.of(e, "Download of " + Faults.quote(path));
    }
  }

  private void begin() throws TransferException {
    try {
      meter.begin();
    } catch (TransferException e) {
      if (refused.compareAndSet(false, true)) {
        trail.refused(e);
      }
      throw e;
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    meter.close();
    file.close();
    if (!refused.get()) {
      trail.done(
          place,
          path,
          Map.of("bytes", Long.toString(bytes.sum()), "size", Long.toString(file.size())));
    }
  }
}
