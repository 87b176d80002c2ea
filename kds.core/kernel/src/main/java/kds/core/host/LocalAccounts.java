package kds.core.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which accounts and groups are the machine's own, by {@code /etc/passwd} and {@code /etc/group}.
 * Who they are is still for the name service to say; but it says so without a directory, which may
 * hang. Read anew when a file has changed. Thread-safe.
 */
final class LocalAccounts {
  private static final Logger LOG = LoggerFactory.getLogger(LocalAccounts.class);

  private final Table passwd;
  private final Table group;

  LocalAccounts(Path etc) {
    this.passwd = new Table(etc.resolve("passwd"));
    this.group = new Table(etc.resolve("group"));
  }

  boolean knowsUser(String name) {
    return passwd.now().names.contains(name);
  }

  boolean knowsUser(long uid) {
    return passwd.now().ids.contains(uid);
  }

  boolean knowsGroup(long gid) {
    return group.now().ids.contains(gid);
  }

  /** The groups of an account by {@code /etc/group} alone, the primary one first. */
  List<Long> groups(String name, long primary) {
    Set<Long> groups = new LinkedHashSet<>(Set.of(primary));
    groups.addAll(group.now().ofMember.getOrDefault(name, Set.of()));
    return List.copyOf(groups);
  }

  /** The lines of one file, which are {@code name:password:id:…}. */
  private record Content(
      @Nullable Object version, Set<String> names, Set<Long> ids, Map<String, Set<Long>> ofMember) {
    static Content of(@Nullable Object version, List<String> lines) {
      Content content = new Content(version, new HashSet<>(), new HashSet<>(), new HashMap<>());
      lines.forEach(content::add);
      return content;
    }

    private void add(String line) {
      String[] parts = line.split(":", -1);
      // Lines of other forms are comments, or + and - of the "compat" source.
      if (parts.length >= 4 && parts[2].matches("\\d{1,10}")) {
        long id = Long.parseLong(parts[2]);
        names.add(parts[0]);
        ids.add(id);
        if (parts.length == 4) {
          for (String member : parts[3].split(",")) {
            ofMember.computeIfAbsent(member, _ -> new LinkedHashSet<>()).add(id);
          }
        }
      }
    }
  }

  private static final class Table {
    private final Path file;
    private volatile Content content = Content.of(null, List.of());

    Table(Path file) {
      this.file = file;
    }

    Content now() {
      try {
        Object version = version();
        if (!version.equals(content.version)) {
          String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
          content = Content.of(version, text.lines().toList());
        }
      } catch (IOException e) {
        LOG.debug("{} cannot be read; what it said before holds", file, e);
      }
      return content;
    }

    private Object version() throws IOException {
      BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
      return List.of(String.valueOf(seen.fileKey()), seen.lastModifiedTime(), seen.size());
    }
  }
}
