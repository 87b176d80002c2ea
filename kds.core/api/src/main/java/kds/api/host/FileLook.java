package kds.api.host;

/**
 * What is at a path, see {@link OperatorFiles#look}.
 *
 * @param kind of what the path leads to, links followed
 * @param link whether the path itself is a symbolic link
 * @param mode the permission bits of what it leads to, 0 to 07777
 * @param beginning the first bytes of a file; empty where they were not read
 */
public record FileLook(Kind kind, boolean link, int mode, byte[] beginning) {
  private static final int EXECUTE = 0111;
  private static final int OTHERS_READ = 04;

  /** What a path leads to. */
  public enum Kind {
    /** A regular file. */
    FILE,
    /** A folder. */
    FOLDER,
    /** A pipe, a socket, a device. */
    OTHER,
    /** Nothing: a link whose target is missing. */
    NOTHING
  }

  /** Whether anybody may execute it. */
  public boolean isExecutable() {
    return (mode & EXECUTE) != 0;
  }

  /** Whether everybody on the machine may read it. */
  public boolean isReadableByAll() {
    return (mode & OTHERS_READ) != 0;
  }
}
