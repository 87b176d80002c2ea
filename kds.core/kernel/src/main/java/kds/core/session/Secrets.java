package kds.core.session;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import kds.api.session.SessionRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a live session's request holds of secrets, one file each below {@code kds.run}, which is in
 * memory and gone after a reboot; mode 0600.
 */
final class Secrets {
  private static final Logger LOG = LoggerFactory.getLogger(Secrets.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final Path folder;

  Secrets(Path folder) {
    this.folder = folder;
  }

  private record Content(@Nullable String token, List<String> storage, List<String> files) {
    Content {
      Objects.requireNonNull(storage, "storage");
      Objects.requireNonNull(files, "files");
    }
  }

  void open() throws IOException {
    DurableFile.folder(folder);
  }

  void keep(SessionRequest request) throws IOException {
    Content content =
        new Content(request.token(), request.storageMappings(), request.fileMappings());
    DurableFile.write(file(request.session().kasmId()), JSON.writeValueAsBytes(content));
  }

  /** The request as it was, without what is gone. */
  SessionRequest restore(SessionRecord record) {
    try {
      byte[] bytes = Files.readAllBytes(file(record.session().kasmId()));
      Content content = JSON.readValue(bytes, Content.class);
      return new SessionRequest(
          record.session(),
          content.token(),
          content.storage(),
          content.files(),
          record.attributes());
    } catch (IOException | RuntimeException e) {
      LOG.warn(
          "Token and mappings of session {} are gone (after a reboot they are); its end does"
              + " without them",
          record.session().kasmId());
      return bare(record);
    }
  }

  /** The request without any secret. */
  static SessionRequest bare(SessionRecord record) {
    return new SessionRequest(record.session(), null, List.of(), List.of(), record.attributes());
  }

  void forget(String kasmId) {
    try {
      DurableFile.delete(file(kasmId));
    } catch (IOException e) {
      LOG.warn("The secrets of session {} cannot be deleted from {}", kasmId, folder, e);
    }
  }

  /** Deletes what belongs to no live session. */
  void sweep(Set<String> live) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!live.contains(file.getFileName().toString())) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private Path file(String kasmId) {
    return folder.resolve(kasmId);
  }
}
