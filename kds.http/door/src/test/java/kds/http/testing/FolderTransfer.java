package kds.http.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import kds.api.security.Caller;
import kds.api.transfer.Download;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.Listing;
import kds.api.transfer.Place;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.Upload;
import kds.api.transfer.UploadRequest;

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

  static TransferException failed(IOException e) {
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
      return new FolderPart(this, root, place, file, request);
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
