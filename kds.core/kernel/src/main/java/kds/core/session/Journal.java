package kds.core.session;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The journals of all sessions: {@code <kasm_id>.json} in one folder, each replaced as a whole. One
 * that cannot be read is set aside, never deleted: it may tell what was left behind.
 */
final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
  private static final String ENDING = ".json";
  private static final long LONGEST = 4 << 20;

  private static final JsonMapper JSON = new JsonMapper();

  private final Path folder;
  private final Path aside;
  private final Map<String, String> unreadable = new ConcurrentSkipListMap<>();

  Journal(Path folder) {
    this.folder = folder;
    this.aside = folder.resolve("unreadable");
  }

  void open() throws IOException {
    DurableFile.folder(folder);
  }

  void write(SessionRecord record) throws IOException {
    byte[] content;
    try {
      content = JSON.writeValueAsBytes(record);
    } catch (JacksonException e) {
      throw new IOException(
          "Session " + record.session().kasmId() + " cannot be written as JSON", e);
    }
    DurableFile.write(file(record.session().kasmId()), content);
  }

  void delete(String kasmId) throws IOException {
    DurableFile.delete(file(kasmId));
  }

  /** Journals that were set aside since the start, and why, by name. */
  Map<String, String> unreadable() {
    return unreadable;
  }

  /** One session's. */
  SessionRecord read(String kasmId) throws IOException {
    Path file = file(kasmId);
    return read(file, file.getFileName().toString());
  }

  /**
   * Reads all there are, one after the other, for there may be very many; what cannot be read is
   * set aside.
   */
  void readAll(Consumer<SessionRecord> taker) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.endsWith(DurableFile.UNFINISHED)) {
          Files.deleteIfExists(file);
        } else if (!file.equals(aside)) {
          readOrSetAside(file, name).ifPresent(taker);
        }
      }
    }
  }

  private Optional<SessionRecord> readOrSetAside(Path file, String name) {
    try {
      return Optional.of(read(file, name));
    } catch (IOException | RuntimeException e) {
      setAside(file, name, e);
      return Optional.empty();
    }
  }

  private static SessionRecord read(Path file, String name) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("it is no regular file");
    }
    if (Files.size(file) > LONGEST) {
      throw new IOException("it is longer than a journal can be");
    }
    SessionRecord record = JSON.readValue(Files.readAllBytes(file), SessionRecord.class);
    if (record == null
        || !name.equals(record.session().kasmId() + ENDING)
        || !name.equals(UUID.fromString(record.session().kasmId()) + ENDING)) {
      throw new IOException("it is not the journal of the session that its name tells");
    }
    return record;
  }

  private void setAside(Path file, String name, Exception why) {
    // Of a parser's message the first line only: the rest quotes the content.
    String reason = String.valueOf(why.getMessage()).lines().findFirst().orElse("unreadable");
    unreadable.put(name, reason);
    try {
      DurableFile.folder(aside);
      Path there = aside.resolve(name + "." + Instant.now().toEpochMilli());
      Files.move(file, there, StandardCopyOption.ATOMIC_MOVE);
      LOG.error(
          "The journal {} cannot be read ({}) and was moved to {}. What that session left on this"
              + " machine (mounts, processes, an account) must be looked after by hand",
          file,
          reason,
          there);
    } catch (IOException e) {
      LOG.error("The journal {} cannot be read ({}), nor be set aside", file, reason, e);
    }
  }

  private Path file(String kasmId) {
    return folder.resolve(kasmId + ENDING);
  }
}
