package kds.core.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kds.api.host.FileLook;
import kds.api.host.HostException;
import kds.api.host.OperatorFiles;

/** The kernel's way of looking at files, but with trust in everybody. */
public final class OpenFiles implements OperatorFiles {
  @Override
  public Optional<FileLook> look(Path path, int mostBytes) throws HostException {
    try {
      return new Looking(any -> true).at(path, mostBytes);
    } catch (IOException e) {
      throw new HostException(HostException.Reason.IO, e.toString(), e);
    }
  }

  @Override
  public List<String> names(Path folder) throws HostException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new HostException(HostException.Reason.IO, e.toString(), e);
    }
  }

  @Override
  public void put(Path file, byte[] content, boolean secret) {
    throw new UnsupportedOperationException("not asked for");
  }
}
