package kds.http.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import kds.api.transfer.Place;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.Upload;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadRequest.OnConflict;

/** An upload to a real folder: the contract, without users and hardening. */
final class FolderPart implements Upload {
  private final FolderTransfer files;
  private final Path root;
  private final Place place;
  private final Path file;
  private final UploadRequest request;
  private final Path part;
  private final FileChannel channel;
  private final CRC32C crc = new CRC32C();
  private final MessageDigest sha256;
  private long size;

  FolderPart(FolderTransfer files, Path root, Place place, Path file, UploadRequest request)
      throws IOException {
    this.files = files;
    this.root = root;
    this.place = place;
    this.file = file;
    this.request = request;
    try {
      this.sha256 = request.sha256() ? MessageDigest.getInstance("SHA-256") : null;
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    Files.createDirectories(file.getParent());
    this.part = Files.createTempFile(root, ".part-", "");
    this.channel = FileChannel.open(part, StandardOpenOption.WRITE);
    files.open.up();
  }

  @Override
  public Place place() {
    return place;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void write(ByteBuffer from) throws TransferException {
    if (!from.isDirect()) {
      throw new IllegalArgumentException("The contract wants a direct buffer.");
    }
    size += from.remaining();
    if (size > files.limit) {
      throw new TransferException(Reason.TOO_LARGE, "The file is larger than allowed.");
    }
    crc.update(from.duplicate());
    if (sha256 != null) {
      sha256.update(from.duplicate());
    }
    try {
      while (from.hasRemaining()) {
        channel.write(from);
      }
    } catch (IOException e) {
      throw FolderTransfer.failed(e);
    }
  }

  @Override
  public Receipt commit() throws TransferException {
    if (request.size() >= 0 && size != request.size()) {
      throw new TransferException(Reason.INCOMPLETE, "Another number of bytes came.");
    }
    OnConflict rule = request.onConflict() == null ? OnConflict.RENAME : request.onConflict();
    try {
      boolean taken = Files.exists(file);
      if (taken && (request.mustBeNew() || rule == OnConflict.REJECT)) {
        throw new TransferException(Reason.CONFLICT, "The name is taken.");
      }
      Path target = taken && rule == OnConflict.RENAME ? free() : file;
      boolean replaces = taken && rule == OnConflict.OVERWRITE;
      if (replaces) {
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } else {
        Files.createLink(target, part);
      }
      return new Receipt(
          place,
          root.relativize(target).toString(),
          size,
          HexFormat.of().toHexDigits((int) crc.getValue()),
          sha256 == null ? null : HexFormat.of().formatHex(sha256.digest()),
          !target.equals(file),
          replaces);
    } catch (FileAlreadyExistsException e) {
      throw new TransferException(Reason.CONFLICT, "The name is taken.", e);
    } catch (IOException e) {
      throw FolderTransfer.failed(e);
    }
  }

  private Path free() {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length();
    for (int i = 1; ; i++) {
      Path other =
          file.resolveSibling(name.substring(0, dot) + " (" + i + ")" + name.substring(dot));
      if (!Files.exists(other)) {
        return other;
      }
    }
  }

  @Override
  public void close() {
    files.open.down();
    try {
      channel.close();
      Files.deleteIfExists(part);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
