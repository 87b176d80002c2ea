package kds.http.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import kds.api.transfer.FolderDownload;
import kds.api.transfer.Place;

/** A walk through a real folder: the contract, without users and hardening. */
final class FolderWalk implements FolderDownload {
  private final Path folder;
  private final Place place;
  private final Count open;
  private final Stream<Path> tree;
  private final Iterator<Path> walk;
  private final List<Remark> leftOut = new ArrayList<>();
  private FileChannel file;

  FolderWalk(Path folder, Place place, Count open) throws IOException {
    this.folder = folder;
    this.place = place;
    this.open = open;
    tree = Files.walk(folder);
    walk = tree.filter(path -> !path.equals(folder)).iterator();
    open.up();
  }

  @Override
  public Place place() {
    return place;
  }

  @Override
  public String name() {
    return folder.getFileName().toString();
  }

  @Override
  public Member next() {
    try {
      while (walk.hasNext()) {
        Path path = walk.next();
        String name = folder.relativize(path).toString();
        var modified = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
        closeFile();
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          return new Member(name, true, 0, modified);
        }
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          file = FileChannel.open(path);
          return new Member(name, false, file.size(), modified);
        }
        leftOut.add(new Remark(name, "A link."));
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int read(ByteBuffer into) {
    if (!into.isDirect()) {
      throw new IllegalArgumentException("The contract wants a direct buffer.");
    }
    try {
      return file.read(into);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<Remark> leftOut() {
    return leftOut;
  }

  @Override
  public long leftOutCount() {
    return leftOut.size();
  }

  @Override
  public void close() {
    open.down();
    tree.close();
    try {
      closeFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void closeFile() throws IOException {
    if (file != null) {
      file.close();
      file = null;
    }
  }
}
