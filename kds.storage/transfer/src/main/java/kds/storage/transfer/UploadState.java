package kds.storage.transfer;

import java.time.Instant;
import kds.api.security.Caller;
import kds.api.transfer.Place;
import kds.api.transfer.Receipt;
import kds.api.transfer.UploadRequest;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an upload that goes on later; kept on disk. It holds no secret: its name is the
 * digest of the key.
 *
 * @param caller who began it
 * @param request what it shall become, its rule for taken names decided; size -1 until told
 * @param metadata what the client wants to have back
 * @param place the folder, as the caller is told
 * @param owner whose home that is, null for a shared folder
 * @param part the id of the hidden file
 * @param expires when it is removed
 * @param offset how many bytes are on the device and verified
 * @param crc32c the sum of these
 * @param boot the boot of the machine in which longer content counts, too; empty when it never does
 * @param publishing the name it is being given, null when that has not begun
 * @param receipt what became of it, null while unfinished
 * @param ended why it ended otherwise, null while it has not
 * @param partial whether it is one to be joined with others, null for no
 * @param copied whether a copy of the hidden file is being given that name, null for no
 */
record UploadState(
    Caller caller,
    UploadRequest request,
    String metadata,
    Place place,
    @Nullable Owner owner,
    String part,
    Instant expires,
    long offset,
    int crc32c,
    String boot,
    @Nullable String publishing,
    @Nullable Receipt receipt,
    @Nullable String ended,
    @Nullable Boolean partial,
    @Nullable Boolean copied) {

  /** Whether it is a part of another, and never published by itself. */
  boolean isPart() {
    return Boolean.TRUE.equals(partial);
  }

  /** Whether nothing more can become of it. */
  boolean isOver() {
    return receipt != null || ended != null;
  }

  /** Whether the file that is given the name is another than the hidden one. */
  boolean isCopied() {
    return Boolean.TRUE.equals(copied);
  }

  /** An account; the uid is the identity, the name how it is found. */
  record Owner(String name, long uid) {}

  /** One of which nothing has come yet. */
  static UploadState begun(
      Caller caller,
      UploadRequest request,
      String metadata,
      Place place,
      @Nullable Owner owner,
      Instant expires,
      String boot,
      boolean partial) {
    return new UploadState(
        caller,
        request,
        metadata,
        place,
        owner,
        UploadStates.newPart(),
        expires,
        0,
        0,
        boot,
        null,
        null,
        null,
        partial ? true : null,
        null);
  }

  UploadState at(long newOffset, int newCrc32c, String newBoot, Instant newExpires) {
    return new UploadState(
        caller,
        request,
        metadata,
        place,
        owner,
        part,
        newExpires,
        newOffset,
        newCrc32c,
        newBoot,
        publishing,
        receipt,
        ended,
        partial,
        copied);
  }

  UploadState announced(long size) {
    return with(
        new UploadRequest(
            request.path(), size, request.onConflict(), request.sha256(), request.mustBeNew()),
        metadata);
  }

  UploadState remembering(String newMetadata) {
    return with(request, newMetadata);
  }

  private UploadState with(UploadRequest newRequest, String newMetadata) {
    return new UploadState(
        caller,
        newRequest,
        newMetadata,
        place,
        owner,
        part,
        expires,
        offset,
        crc32c,
        boot,
        publishing,
        receipt,
        ended,
        partial,
        copied);
  }

  /** A name is tried, or given up with null. */
  UploadState publishing(@Nullable String name, boolean asCopy) {
    return new UploadState(
        caller,
        request,
        metadata,
        place,
        owner,
        part,
        expires,
        offset,
        crc32c,
        boot,
        name,
        receipt,
        ended,
        partial,
        name != null && asCopy ? true : null);
  }

  UploadState finished(Receipt done, Instant until) {
    return new UploadState(
        caller, request, metadata, place, owner, part, until, offset, crc32c, boot, null, done,
        ended, partial, null);
  }

  /** It ended, and only that is remembered. */
  UploadState ended(String why, Instant until) {
    return new UploadState(
        caller, request, "", place, owner, part, until, offset, crc32c, boot, null, receipt, why,
        partial, null);
  }

  /** The receipt of one that was published when the service died before it could write so. */
  Receipt receiptOfPublished() {
    String path = request.path();
    int name = path.lastIndexOf('/') + 1;
    boolean renamed = !path.substring(name).equals(publishing);
    return new Receipt(
        place,
        path.substring(0, name) + publishing,
        offset,
        Crc32cSum.text(crc32c),
        null,
        renamed,
        request.onConflict() == UploadRequest.OnConflict.OVERWRITE && !renamed);
  }
}
