package kds.core.deploy;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import kds.api.host.HostException;
import kds.api.host.TrustedFiles;
import org.jspecify.annotations.Nullable;

/**
 * A folder of jars. It is read through one descriptor, and its path is checked before and after: so
 * a folder that somebody exchanges meanwhile yields nothing. A jar that has not changed since is
 * not read again. One thread at a time.
 */
final class Shelf {
  private record Known(Stamp stamp, @Nullable Jar jar, @Nullable UnusableJarException trouble) {
    boolean holds(Stamp now) {
      return stamp.equals(now) && (jar == null || Files.exists(jar.copy()));
    }
  }

  private final Path folder;
  private final boolean deployed;
  private final Predicate<String> wanted;
  private final TrustedFiles trusted;
  private final Store store;
  private final Map<String, Known> known = new HashMap<>();

  Shelf(
      Path folder, boolean deployed, Predicate<String> wanted, TrustedFiles trusted, Store store) {
    this.folder = folder;
    this.deployed = deployed;
    this.wanted = wanted.and(name -> name.endsWith(".jar") && !name.startsWith("."));
    this.trusted = trusted;
    this.store = store;
  }

  /**
   * Looks what is there.
   *
   * @throws HostException when the folder is not there or somebody else could change it
   * @throws IOException when it cannot be read or changes under the eye
   */
  Inventory look() throws HostException, IOException {
    trusted.check(folder);
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      if (!(stream instanceof SecureDirectoryStream<Path> open)) {
        throw new IOException(folder + " is on a file system without openat(2)");
      }
      Inventory inventory = look(open);
      trusted.check(folder);
      Object now = Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
      if (!now.equals(key(open))) {
        throw new IOException(
            folder + " was exchanged for another folder while it was read; nothing of it is used");
      }
      return inventory;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private Inventory look(SecureDirectoryStream<Path> open) throws IOException {
    List<Jar> jars = new ArrayList<>();
    Map<String, String> unusable = new TreeMap<>();
    Set<String> names = new HashSet<>();
    boolean unsettled = false;
    for (Path entry : open) {
      String name = entry.getFileName().toString();
      if (!wanted.test(name)) {
        continue;
      }
      names.add(name);
      try {
        jars.add(take(open, name));
      } catch (UnusableJarException e) {
        unusable.put(name, e.getMessage());
        unsettled |= e.unsettled();
      } catch (NoSuchFileException _) {
        names.remove(name); // Gone between listing and looking: an event will follow.
      }
    }
    known.keySet().retainAll(names);
    return new Inventory(List.copyOf(jars), unusable, unsettled);
  }

  private Jar take(SecureDirectoryStream<Path> open, String name)
      throws UnusableJarException, IOException {
    Path file = folder.resolve(name);
    Stamp stamp = Stamp.of(open, file.getFileName());
    checkOwner(file);
    Known before = known.get(name);
    if (before == null || !before.holds(stamp)) {
      before = read(open, file, stamp);
    }
    if (before.trouble() != null) {
      throw before.trouble();
    }
    return Objects.requireNonNull(before.jar());
  }

  private Known read(SecureDirectoryStream<Path> open, Path file, Stamp stamp)
      throws IOException, UnusableJarException {
    Known result;
    try {
      result = new Known(stamp, store.take(open, file, stamp, deployed), null);
    } catch (UnusableJarException e) {
      if (e.unsettled()) {
        throw e;
      }
      result = new Known(stamp, null, e);
    }
    known.put(file.getFileName().toString(), result);
    return result;
  }

  private void checkOwner(Path file) throws UnusableJarException {
    try {
      trusted.check(file);
    } catch (HostException e) {
      throw new UnusableJarException("is refused: " + e.getMessage(), false);
    }
  }

  private static Object key(SecureDirectoryStream<Path> open) throws IOException {
    return open.getFileAttributeView(BasicFileAttributeView.class).readAttributes().fileKey();
  }
}
