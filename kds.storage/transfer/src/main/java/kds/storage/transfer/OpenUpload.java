package kds.storage.transfer;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import kds.api.host.HostException;
import kds.api.host.HostUpload;
import kds.api.security.Caller;
import kds.api.transfer.Place;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.api.transfer.Upload;
import kds.api.transfer.UploadRequest;
import kds.storage.transfer.Folders.Entered;
import org.jspecify.annotations.Nullable;

/** A file that somebody is uploading. Leaves one audit record, whatever becomes of it. */
final class OpenUpload implements Upload {
  private final Caller caller;
  private final UploadRequest request;
  private final Entered entered;
  private final HostUpload file;
  private final Checks checks;
  private final Publication publication;
  private final Meter meter;
  private final Trail trail;
  private final Digests digests;
  private final AtomicBoolean closed = new AtomicBoolean();
  private @Nullable TransferException broken;
  private @Nullable Receipt receipt;

  OpenUpload(
      Caller caller,
      UploadRequest request,
      Entered entered,
      HostUpload file,
      Checks checks,
      Publication publication,
      Meter meter,
      Trail trail) {
    this(
        caller,
        request,
        entered,
        file,
        checks,
        publication,
        meter,
        trail,
        new Digests(request.sha256() || checks.inspection().seals()));
  }

  OpenUpload(
      Caller caller,
      UploadRequest request,
      Entered entered,
      HostUpload file,
      Checks checks,
      Publication publication,
      Meter meter,
      Trail trail,
      Digests digests) {
    this.caller = caller;
    this.request = request;
    this.entered = entered;
    this.file = file;
    this.checks = checks;
    this.publication = publication;
    this.meter = meter;
    this.trail = trail;
    this.digests = digests;
  }

  @Override
  public Place place() {
    return entered.place();
  }

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public void write(ByteBuffer from) throws TransferException {
    requireSound();
    try {
      checks.limit().checkReceived(file.size() + from.remaining());
      checks.reserve().check(file.size() + from.remaining());
      meter.pass(from.remaining());
      digests.update(from);
      file.write(from);
    } catch (HostException e) {
      throw broken(Faults.of(e, "Upload of " + Faults.quote(request.path())));
    } catch (TransferException e) {
      throw broken(e);
    }
  }

  @Override
  public Receipt commit() throws TransferException {
    requireSound();
    try {
      checks.limit().checkComplete(file.size());
      String sha256 = digests.finishSha256();
      inspect(sha256);
      Publication.Published published = publication.publish(file);
      receipt = receipt(published, request.sha256() ? sha256 : null);
    } catch (HostException e) {
      throw broken(Faults.of(e, "Upload of " + Faults.quote(request.path())));
    } catch (TransferException e) {
      throw broken(e);
    }
    writeDown(receipt);
    return receipt;
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try (meter;
        entered;
        file) {
      if (receipt == null) {
        trail.failed(place(), broken == null ? "ABORTED" : broken.reason().name(), file.size());
      }
    }
  }

  /** Shows the inspectors what would survive: the content is on the device before they look. */
  private void inspect(@Nullable String sha256) throws HostException, TransferException {
    if (checks.inspection().seals()) {
      file.sync();
      checks
          .inspection()
          .inspect(
              new InspectedUpload(caller, place(), request.path(), digests.crc32c(), sha256, file));
    }
  }

  private Receipt receipt(Publication.Published published, @Nullable String sha256) {
    return new Receipt(
        place(),
        published.path(),
        file.size(),
        digests.crc32c(),
        sha256,
        published.renamed(),
        published.replaced());
  }

  private void writeDown(Receipt done) {
    Map<String, String> details = new HashMap<>();
    details.put("size", Long.toString(done.size()));
    details.put("crc32c", done.crc32c());
    if (done.sha256() != null) {
      details.put("sha256", done.sha256());
    }
    if (done.renamed()) {
      details.put("wanted", request.path());
    }
    if (done.replaced()) {
      details.put("replaced", "true");
    }
    trail.done(done.place(), done.path(), details);
  }

  private void requireSound() throws TransferException {
    if (broken != null) {
      throw broken;
    }
    if (receipt != null || closed.get()) {
      throw new IllegalStateException("The upload of '" + request.path() + "' has ended already.");
    }
  }

  private TransferException broken(TransferException why) {
    broken = why;
    return why;
  }
}
