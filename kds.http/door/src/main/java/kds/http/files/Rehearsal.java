package kds.http.files;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32C;
import kds.api.capability.Gates;
import kds.api.capability.Lease;
import kds.api.security.Caller;
import kds.api.transfer.Download;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.FolderDownload;
import kds.api.transfer.Listing;
import kds.api.transfer.Place;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.api.transfer.Upload;
import kds.api.transfer.UploadRequest;

/**
 * Files that exist nowhere: what is sent is summed and forgotten, and each file that is asked for
 * has {@link #SIZE} zeros. The calls are exercised with it before users come. Thread-safe.
 */
public final class Rehearsal implements FileTransfer {
  /** Bytes of every file. */
  public static final int SIZE = 1 << 20;

  /** The way to them, in place of that to the capability. */
  public static final Gates GATES = new Entry();

  private static final Place NOWHERE =
      new Place(Place.Kind.SHARED, "/", Place.Reason.SINGLE_USER, "A rehearsal.");

  private Rehearsal() {}

  @Override
  public Listing list(Caller caller, String path) throws TransferException {
    throw none();
  }

  @Override
  public FolderDownload openFolder(Caller caller, String path) throws TransferException {
    throw none();
  }

  private static TransferException none() {
    return new TransferException(TransferException.Reason.NOT_FOUND, "A rehearsal has no folders.");
  }

  @Override
  public Download open(Caller caller, String path) {
    return new Zeros(path);
  }

  @Override
  public Upload begin(Caller caller, UploadRequest request) {
    return new Sum(request);
  }

  /** What is sent. */
  private static final class Sum implements Upload {
    private final UploadRequest request;
    private final CRC32C sum = new CRC32C();
    private long size;

    Sum(UploadRequest request) {
      this.request = request;
    }

    @Override
    public Place place() {
      return NOWHERE;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public void write(ByteBuffer from) {
      size += from.remaining();
      sum.update(from);
    }

    @Override
    public Receipt commit() {
      String crc = HexFormat.of().toHexDigits((int) sum.getValue());
      return new Receipt(NOWHERE, request.path(), size, crc, null, false, false);
    }

    @Override
    public void close() {}
  }

  /** What is asked for. */
  private record Zeros(String name) implements Download {
    private static final ByteBuffer SOME = ByteBuffer.allocateDirect(64 << 10);

    @Override
    public Place place() {
      return NOWHERE;
    }

    @Override
    public long size() {
      return SIZE;
    }

    @Override
    public Instant modified() {
      return Instant.EPOCH;
    }

    @Override
    public String version() {
      return "0";
    }

    @Override
    public int read(ByteBuffer into, long position) {
      int length = (int) Math.min(into.remaining(), SIZE - position);
      if (length <= 0) {
        return -1;
      }
      for (int left = length; left > 0; left -= SOME.capacity()) {
        into.put(SOME.duplicate().limit(Math.min(left, SOME.capacity())));
      }
      return length;
    }

    @Override
    public void close() {}
  }

  private static final class Entry implements Gates {
    @Override
    public <T> CompletionStage<Lease<T>> enter(String capability, Class<T> service) {
      return CompletableFuture.completedFuture(new Held<>(service.cast(new Rehearsal())));
    }
  }

  private record Held<T>(T service) implements Lease<T> {
    @Override
    public String bundle() {
      return "rehearsal";
    }

    @Override
    public String version() {
      return "0";
    }

    @Override
    public void close() {}
  }
}
