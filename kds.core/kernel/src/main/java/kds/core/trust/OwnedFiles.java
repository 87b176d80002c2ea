package kds.core.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import kds.api.host.FileLook;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.OperatorFiles;
import kds.api.host.TrustedFiles;
import kds.core.state.Replacement;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * The rule of {@link TrustedFiles}, entry by entry: the path is walked as the kernel of the
 * operating system would walk it, from the root and through each link.
 */
@Component
public final class OwnedFiles implements TrustedFiles, OperatorFiles {
  /** As many as Linux follows (path_resolution(7)). */
  private static final int MOST_LINKS = 40;

  private final Self self;

  /** Trusts root and the user that this process runs as. */
  @Activate
  public OwnedFiles() {
    this(Self.read());
  }

  OwnedFiles(Self self) {
    this.self = self;
  }

  @Override
  public void check(Path path) throws HostException {
    walk(path);
  }

  @Override
  public byte[] read(Path path, int mostBytes) throws HostException {
    Entry found = walk(path);
    if (!found.isFile()) {
      throw new HostException(Reason.WRONG_KIND, path + " is not a regular file.");
    }
    try (InputStream in = Files.newInputStream(found.path())) {
      byte[] bytes = in.readNBytes(mostBytes);
      if (bytes.length == mostBytes && in.read() >= 0) {
        throw new HostException(
            Reason.TOO_LARGE, path + " is longer than " + mostBytes + " bytes, the most allowed.");
      }
      return bytes;
    } catch (IOException e) {
      throw failure(path, path, e);
    }
  }

  @Override
  public Optional<FileLook> look(Path path, int mostBytes) throws HostException {
    try {
      return new Looking(this::isTrusted).at(path, mostBytes);
    } catch (IOException e) {
      throw failure(path, path, e);
    }
  }

  private boolean isTrusted(Path path) {
    try {
      walk(path);
      return true;
    } catch (HostException _) {
      return false;
    }
  }

  @Override
  public List<String> names(Path folder) throws HostException {
    Entry found = walk(folder);
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(found.path())) {
      files.forEach(file -> names.add(file.getFileName().toString()));
      return names;
    } catch (IOException e) {
      throw failure(folder, folder, e);
    } catch (DirectoryIteratorException e) {
      throw failure(folder, folder, e.getCause());
    }
  }

  @Override
  public void put(Path file, byte[] content, boolean secret) throws HostException {
    Path folder = file.toAbsolutePath().getParent();
    Path there = folder;
    while (Files.notExists(there, LinkOption.NOFOLLOW_LINKS)) {
      there = there.getParent(); // The root is always there.
    }
    walk(there);
    try {
      Files.createDirectories(folder);
      walk(folder);
      Replacement.PLAIN.put(file.toAbsolutePath(), content, true, secret);
    } catch (IOException e) {
      throw new HostException(Reason.IO, file + " cannot be written: " + e.getMessage() + ".", e);
    }
  }

  private Entry walk(Path path) throws HostException {
    Deque<Path> ahead = new ArrayDeque<>();
    path.toAbsolutePath().forEach(ahead::add);
    Entry here = look(Path.of("/"), path);
    judge(here, path, ahead.isEmpty());
    int links = 0;
    while (!ahead.isEmpty()) {
      Path name = ahead.pop();
      if (name.toString().equals("..")) {
        Path up = here.path().getParent();
        here = up == null ? here : look(up, path);
        continue;
      }
      if (!here.isFolder()) {
        throw new HostException(
            Reason.NOT_FOUND, path + " does not exist: " + here.path() + " is not a folder.");
      }
      if (name.toString().equals(".") || name.toString().isEmpty()) {
        continue;
      }
      Entry next = look(here.path().resolve(name), path);
      judge(next, path, ahead.isEmpty());
      if (!next.isLink()) {
        here = next;
      } else if (++links > MOST_LINKS) {
        throw new HostException(Reason.UNSAFE_PATH, path + " leads through too many links.");
      } else {
        here = follow(next, here, ahead, path);
      }
    }
    if (here.isFolder()) {
      judge(here, path, true); // A path that ends in ".." or a link to a folder ends here.
    }
    return here;
  }

  private Entry follow(Entry link, Entry folder, Deque<Path> ahead, Path asked)
      throws HostException {
    try {
      Path target = Files.readSymbolicLink(link.path());
      for (int i = target.getNameCount() - 1; i >= 0; i--) {
        ahead.push(target.getName(i));
      }
      return target.isAbsolute() ? look(Path.of("/"), asked) : folder;
    } catch (IOException e) {
      throw failure(asked, link.path(), e);
    }
  }

  private void judge(Entry entry, Path asked, boolean last) throws HostException {
    if (!self.trusts(entry.owner())) {
      throw refusal(
          asked,
          entry,
          "belongs to the user with number " + entry.owner() + ", who could change it",
          "chown -h " + self.uid() + " " + entry.path());
    }
    if (entry.isLink()) {
      return; // A link has no mode; who may exchange it is decided by its folder.
    }
    boolean keptApart = entry.isFolder() && entry.isSticky() && !last;
    if (entry.isWritableByAll() && !keptApart) {
      throw refusal(
          asked,
          entry,
          "can be written to by everybody (mode " + entry.permissions() + ")",
          "chmod go-w " + entry.path());
    }
    if (entry.isWritableByGroup() && !keptApart && !self.hasPrivateGroup(entry.group())) {
      throw refusal(
          asked,
          entry,
          "can be written to by its group (mode " + entry.permissions() + ")",
          "chmod g-w " + entry.path());
    }
  }

  private static HostException refusal(Path asked, Entry entry, String why, String remedy) {
    String subject =
        entry.path().equals(asked.toAbsolutePath()) ? "it" : kind(entry) + " " + entry.path();
    return new HostException(
        Reason.DENIED,
        asked
            + " is not used, because "
            + subject
            + " "
            + why
            + ". Mend it with '"
            + remedy
            + "'.");
  }

  private static String kind(Entry entry) {
    return entry.isFolder() ? "the folder" : entry.isLink() ? "the link" : "the file";
  }

  private static Entry look(Path path, Path asked) throws HostException {
    try {
      return Entry.of(path);
    } catch (IOException e) {
      throw failure(asked, path, e);
    }
  }

  private static HostException failure(Path asked, Path at, IOException cause) {
    return switch (cause) {
      case NoSuchFileException _ ->
          new HostException(
              Reason.NOT_FOUND,
              asked + " does not exist" + (at.equals(asked) ? "." : ": there is no " + at + "."),
              cause);
      case AccessDeniedException _ ->
          new HostException(
              Reason.DENIED, asked + " cannot be read: the service has no access to it.", cause);
      default ->
          new HostException(
              Reason.IO, asked + " cannot be read: " + cause.getMessage() + ".", cause);
    };
  }
}
