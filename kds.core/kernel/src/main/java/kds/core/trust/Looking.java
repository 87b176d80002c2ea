package kds.core.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import kds.api.host.FileLook;
import kds.api.host.FileLook.Kind;

/**
 * Looks at files that may be anybody's. One that somebody could exchange is never opened: what was
 * a file a moment ago may be a pipe then, and opening that waits for ever.
 *
 * @param trusted whether nobody else can change a path
 */
record Looking(Predicate<Path> trusted) {
  private static final byte[] NOTHING = {};

  Optional<FileLook> at(Path path, int mostBytes) throws IOException {
    Entry entry;
    try {
      entry = Entry.of(path);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
    if (!entry.isLink()) {
      byte[] beginning =
          entry.isFile() && mostBytes > 0 && isFast(path)
              ? beginning(path, mostBytes, false)
              : NOTHING;
      return Optional.of(new FileLook(kind(entry), false, entry.mode() & 07777, beginning));
    }
    Entry target;
    try {
      target = followed(path);
    } catch (IOException _) {
      return Optional.of(new FileLook(Kind.NOTHING, true, 0, NOTHING));
    }
    byte[] beginning =
        target.isFile() && mostBytes > 0 && trusted.test(path)
            ? beginning(path, mostBytes, true)
            : NOTHING;
    return Optional.of(new FileLook(kind(target), true, target.mode() & 07777, beginning));
  }

  /** A file of somebody else stays one in a folder that is not his. */
  private boolean isFast(Path path) {
    return trusted.test(path) || trusted.test(path.toAbsolutePath().getParent());
  }

  private static Entry followed(Path path) throws IOException {
    Map<String, Object> unix = Files.readAttributes(path, "unix:uid,gid,mode");
    return new Entry(
        path, (Integer) unix.get("uid"), (Integer) unix.get("gid"), (Integer) unix.get("mode"));
  }

  private static Kind kind(Entry entry) {
    return entry.isFile() ? Kind.FILE : entry.isFolder() ? Kind.FOLDER : Kind.OTHER;
  }

  private static byte[] beginning(Path path, int mostBytes, boolean byLink) throws IOException {
    OpenOption[] options =
        byLink ? new OpenOption[0] : new OpenOption[] {LinkOption.NOFOLLOW_LINKS};
    try (InputStream in = Files.newInputStream(path, options)) {
      return in.readNBytes(mostBytes);
    }
  }
}
