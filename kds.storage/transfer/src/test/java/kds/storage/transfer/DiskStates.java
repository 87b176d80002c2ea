package kds.storage.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.StateFolder;

/**
 * A state folder on the test's own disk, by plain NIO. Stands for the kernel's, which is tested
 * where it lives.
 */
record DiskStates(Path folder) implements StateFolder {
  @Override
  public Optional<byte[]> read(String name, int mostBytes) throws HostException {
    return tried(
        () ->
            Files.exists(folder.resolve(name))
                ? Optional.of(Files.readAllBytes(folder.resolve(name)))
                : Optional.empty());
  }

  @Override
  public void write(String name, byte[] content, Durability durability) throws HostException {
    tried(
        () -> {
          Path fresh = Files.createTempFile(Files.createDirectories(folder), ".", ".new");
          Files.write(fresh, content);
          return Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        });
  }

  @Override
  public boolean delete(String name) throws HostException {
    return tried(() -> Files.deleteIfExists(folder.resolve(name)));
  }

  @Override
  public List<String> names() throws HostException {
    return tried(
        () -> {
          try (Stream<Path> files = Files.list(Files.createDirectories(folder))) {
            return files.map(file -> file.getFileName().toString()).toList();
          }
        });
  }

  private interface Use<T> {
    T use() throws IOException;
  }

  private static <T> T tried(Use<T> use) throws HostException {
    try {
      return use.use();
    } catch (IOException e) {
      throw new HostException(Reason.IO, e.toString(), e);
    }
  }
}
