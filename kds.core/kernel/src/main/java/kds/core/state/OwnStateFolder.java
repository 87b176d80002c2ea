package kds.core.state;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.StateFolder;
import kds.api.host.TrustedFiles;

/** One folder of the state, which nobody else may change. */
final class OwnStateFolder implements StateFolder {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  private final Path folder;
  private final TrustedFiles trusted;
  private final Replacement replacement;
  private boolean swept;

  OwnStateFolder(Path folder, TrustedFiles trusted, Replacement replacement) {
    this.folder = folder;
    this.trusted = trusted;
    this.replacement = replacement;
  }

  /** Makes it when it is missing; refuses it when somebody else could change what is in it. */
  synchronized void open() throws HostException {
    try {
      if (Files.notExists(folder, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      trusted.check(folder);
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw new HostException(Reason.WRONG_KIND, folder + " is not a folder: move it away.");
      }
      if (!swept) {
        for (String rest : list(Replacement::isRest)) {
          Files.deleteIfExists(folder.resolve(rest));
        }
        swept = true;
      }
    } catch (IOException e) {
      throw failure(folder, e);
    }
  }

  @Override
  public Optional<byte[]> read(String name, int mostBytes) throws HostException {
    Path file = file(name);
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (Files.isSymbolicLink(file)) {
      throw new HostException(
          Reason.WRONG_KIND, file + " is a link, and state is not read by one.");
    }
    try {
      return Optional.of(trusted.read(file, mostBytes));
    } catch (HostException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        return Optional.empty(); // Removed since.
      }
      throw e;
    }
  }

  @Override
  public void write(String name, byte[] content, Durability durability) throws HostException {
    Path file = file(name);
    try {
      replacement.put(file, content, durability == Durability.MACHINE);
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  @Override
  public boolean delete(String name) throws HostException {
    Path file = file(name);
    try {
      return Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  @Override
  public List<String> names() throws HostException {
    try {
      return list(name -> NAME.matcher(name).matches());
    } catch (IOException e) {
      throw failure(folder, e);
    }
  }

  private List<String> list(Predicate<String> wanted) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (wanted.test(name)) {
          names.add(name);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  private Path file(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + name + "' is not the name of a state file");
    }
    return folder.resolve(name);
  }

  private static HostException failure(Path at, IOException cause) {
    String why = cause.getMessage();
    if (cause instanceof FileSystemException named && named.getReason() != null) {
      why = named.getReason();
    }
    Reason reason =
        switch (String.valueOf(why)) {
          case "No space left on device" -> Reason.NO_SPACE;
          case "Disk quota exceeded" -> Reason.QUOTA;
          case "Read-only file system" -> Reason.READ_ONLY;
          default -> Reason.IO;
        };
    return new HostException(reason, "The state in " + at + " cannot be used: " + why + ".", cause);
  }
}
