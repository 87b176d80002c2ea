package kds.core.host.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads a folder's entries, many at a time. Belongs to one thread, for one folder. */
public final class FolderReader {
  private static final int ROOM = 16 * 1024;

  /** {@code struct linux_dirent64}: length at 16, type at 18, name at 19; at least 24 bytes. */
  private static final int LENGTH = 16;

  private static final int TYPE = 18;
  private static final int NAME = 19;
  private static final int SHORTEST = 24;

  private static final int UNKNOWN = 0;
  private static final int FOLDER = 4;
  private static final int FILE = 8;

  private final HostThread thread;
  private final @Nullable Identity as;
  private final int folder;
  private final int[] offsets = new int[ROOM / SHORTEST];
  private int count;

  /** Reads an open folder, looking at its entries as somebody. */
  public FolderReader(HostThread thread, @Nullable Identity as, int folder) {
    this.thread = thread;
    this.as = as;
    this.folder = folder;
  }

  /** Is shown what is there. */
  public interface Visitor {
    /** A file or folder, or with {@code status} null something else; false ends the reading. */
    boolean entry(ByteBuffer name, @Nullable FileStatus status);
  }

  /** Shows every entry but the dots. Returns 0, or {@code -errno}. */
  public int read(Visitor visitor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entries = arena.allocate(ROOM, 8);
      MemorySegment answers = arena.allocate(FileStatus.BYTES * offsets.length, 8);
      while (true) {
        long bytes = FileCalls.entries(folder, entries);
        if (bytes <= 0) {
          return (int) bytes;
        }
        if (!parse(entries, bytes, visitor)) {
          return 0;
        }
        thread.as(as, os -> os.lookAll(folder, entries, offsets, count, answers));
        if (!show(entries, answers, visitor)) {
          return 0;
        }
      }
    }
  }

  /** Notes where the names of what may be a file or folder are. */
  private boolean parse(MemorySegment entries, long bytes, Visitor visitor) {
    count = 0;
    int length;
    for (int at = 0; at < bytes; at += length) {
      length = Short.toUnsignedInt(entries.get(JAVA_SHORT, at + LENGTH));
      int type = entries.get(JAVA_BYTE, at + TYPE);
      if (isDots(entries, at + NAME)) {
        continue;
      }
      if (type == FILE || type == FOLDER || type == UNKNOWN) {
        offsets[count++] = at + NAME;
      } else if (!visitor.entry(name(entries, at + NAME), null)) {
        return false;
      }
    }
    return true;
  }

  private boolean show(MemorySegment entries, MemorySegment answers, Visitor visitor) {
    for (int i = 0; i < count; i++) {
      MemorySegment answer = answers.asSlice(i * FileStatus.BYTES, FileStatus.BYTES);
      boolean seen = answer.get(JAVA_INT, 0) != 0;
      if (!seen && answer.get(JAVA_INT, 4) == Errno.ENOENT) {
        continue; // gone meanwhile
      }
      FileStatus status = seen ? FileStatus.of(answer) : null;
      boolean wanted = status != null && (status.isFile() || status.isFolder());
      if (!visitor.entry(name(entries, offsets[i]), wanted ? status : null)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDots(MemorySegment entries, long at) {
    if (entries.get(JAVA_BYTE, at) != '.') {
      return false;
    }
    byte second = entries.get(JAVA_BYTE, at + 1);
    return second == 0 || (second == '.' && entries.get(JAVA_BYTE, at + 2) == 0);
  }

  private static ByteBuffer name(MemorySegment entries, long at) {
    long end = at;
    while (entries.get(JAVA_BYTE, end) != 0) {
      end++;
    }
    return entries.asSlice(at, end - at).asByteBuffer();
  }
}
