package kds.storage.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import kds.api.host.HostException;
import kds.api.host.HostUpload;
import kds.api.security.Caller;
import kds.api.transfer.Place;
import kds.api.transfer.UploadInspector;
import org.jspecify.annotations.Nullable;

/** An upload that is shown to inspectors until it is closed. Thread-safe. */
final class InspectedUpload implements UploadInspector.Inspected, AutoCloseable {
  private final Caller caller;
  private final Place place;
  private final String path;
  private final String crc32c;
  private final @Nullable String sha256;
  private final HostUpload file;
  private final long size;
  private volatile boolean closed;

  InspectedUpload(
      Caller caller,
      Place place,
      String path,
      String crc32c,
      @Nullable String sha256,
      HostUpload file) {
    this.caller = caller;
    this.place = place;
    this.path = path;
    this.crc32c = crc32c;
    this.sha256 = sha256;
    this.file = file;
    this.size = file.size();
  }

  @Override
  public Caller caller() {
    return caller;
  }

  @Override
  public Place place() {
    return place;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public String crc32c() {
    return crc32c;
  }

  @Override
  public @Nullable String sha256() {
    return sha256;
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    if (closed) {
      throw new IOException("The inspection of '" + path + "' is over.");
    }
    try {
      return file.read(into, position);
    } catch (HostException e) {
      throw new IOException("The upload could not be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
