package kds.http.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import kds.api.security.Caller;
import kds.api.transfer.Download;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.Listing;
import kds.api.transfer.Place;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.Upload;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadRequest.OnConflict;

/** Real files in one folder, for tests of the door: the contract, without users and hardening. */
public final class FolderTransfer implements FileTransfer {
  /** How many uploads and downloads are open. */
  public final Count open = new Count();

  /** The largest file that is accepted. */
  public volatile long limit = Long.MAX_VALUE;

  private final Path root;
  private final Place place;

  /** Makes one. */
  public FolderTransfer(Path root) {
    this.root = root;
    this.place =
        new Place(
            Place.Kind.HOME,
            root.toString(),
            Place.Reason.HOME,
            "The Downloads folder of the session's user.");
  }

  private Path at(String path) throws TransferException {
    for (String name : path.split("/")) {
      if (name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > 255) {
        throw new TransferException(Reason.NAME_TOO_LONG, "A name has more than 255 bytes.");
      }
    }
    Path file = root.resolve(path).normalize();
    if (!file.startsWith(root)) {
      throw new TransferException(Reason.UNSAFE_PATH, "The path leads out of the folder.");
    }
    return file;
  }

  private static TransferException failed(IOException e) {
    return new TransferException(Reason.FAILED, "The file system failed: " + e.getMessage(), e);
  }

  @Override
  public Listing list(Caller caller, String path) throws TransferException {
    Path folder = at(path);
    if (!Files.isDirectory(folder)) {
      throw new TransferException(
          Files.exists(folder) ? Reason.WRONG_KIND : Reason.NOT_FOUND, "There is no such folder.");
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return new Listing(
          place,
          entries
              .filter(p -> !p.getFileName().toString().startsWith(".part-"))
              .sorted()
              .map(FolderTransfer::item)
              .toList(),
          0,
          true);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static Listing.Item item(Path path) {
    try {
      var unix = Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
      BasicFileAttributes basic = Files.readAttributes(path, BasicFileAttributes.class);
      return new Listing.Item(
          path.getFileName().toString(),
          basic.isDirectory(),
          basic.isDirectory() ? 0 : basic.size(),
          basic.lastModifiedTime().toInstant(),
          basic.creationTime().toInstant(),
          unix.get("owner").toString(),
          unix.get("group").toString(),
          (Integer) unix.get("mode") & 07777);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Download open(Caller caller, String path) throws TransferException {
    Path file = at(path);
    if (!Files.exists(file)) {
      throw new TransferException(Reason.NOT_FOUND, "There is no file '" + path + "'.");
    }
    if (!Files.isRegularFile(file)) {
      throw new TransferException(Reason.WRONG_KIND, "'" + path + "' is a folder.");
    }
    try {
      return new OpenFile(file);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public kds.api.transfer.FolderDownload openFolder(Caller caller, String path)
      throws TransferException {
    Path folder = path.isEmpty() ? root : at(path);
    if (!Files.isDirectory(folder)) {
      throw new TransferException(
          Files.exists(folder) ? Reason.WRONG_KIND : Reason.NOT_FOUND, "There is no such folder.");
    }
    try {
      return new FolderWalk(folder, place, open);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public Upload begin(Caller caller, UploadRequest request) throws TransferException {
    if (request.size() > limit) {
      throw new TransferException(Reason.TOO_LARGE, "The file is larger than allowed.");
    }
    Path file = at(request.path());
    if (request.mustBeNew() && Files.exists(file)) {
      throw new TransferException(Reason.CONFLICT, "The name is taken.");
    }
    try {
      return new Part(file, request);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private final class OpenFile implements Download {
    private final FileChannel channel;
    private final Path file;
    private final long size;
    private final Instant modified;

    OpenFile(Path file) throws IOException {
      this.file = file;
      this.channel = FileChannel.open(file, StandardOpenOption.READ);
      this.size = channel.size();
      this.modified = Files.getLastModifiedTime(file).toInstant();
      open.up();
    }

    @Override
    public Place place() {
      return place;
    }

    @Override
    public String name() {
      return file.getFileName().toString();
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public Instant modified() {
      return modified;
    }

    @Override
    public String version() {
      return Long.toHexString(size) + "-" + modified.toEpochMilli();
    }

    @Override
    public int read(ByteBuffer into, long position) throws TransferException {
      try {
        return channel.read(into, position);
      } catch (IOException e) {
        throw failed(e);
      }
    }

    @Override
    public void close() {
      open.down();
      try {
        channel.close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private final class Part implements Upload {
    private final Path file;
    private final UploadRequest request;
    private final Path part;
    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    private final MessageDigest sha256;
    private long size;

    Part(Path file, UploadRequest request) throws IOException {
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
      open.up();
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
      if (size > limit) {
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
        throw failed(e);
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
        throw failed(e);
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
      open.down();
      try {
        channel.close();
        Files.deleteIfExists(part);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The names that lie in the folder, at any depth, uploads under way among them. */
  public List<String> names() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .map(p -> root.relativize(p).toString())
          .sorted()
          .toList();
    }
  }
}
