package kds.core.host.linux;

/** The bits that the calls of this package take. */
public final class Flags {
  /** Paths are relative to the process's own folder, or absolute. */
  public static final int AT_FDCWD = -100;

  static final boolean ARM = machineIsArm();

  static final int O_RDWR = 2;
  static final int O_CREAT = 0100;
  static final int O_EXCL = 0200;
  static final int O_NOCTTY = 0400;
  static final int O_NONBLOCK = 04000;
  static final int O_DIRECTORY = ARM ? 040000 : 0200000;
  static final int O_NOFOLLOW = ARM ? 0100000 : 0400000;
  static final int O_CLOEXEC = 02000000;
  static final int O_PATH = 010000000;
  static final int O_TMPFILE = 020000000 | O_DIRECTORY;

  /** A folder to start from; it cannot be read through this. */
  public static final int ANCHOR = O_PATH | O_DIRECTORY | O_CLOEXEC;

  /** Whatever is there, not to be read. */
  public static final int ANYTHING = O_PATH | O_CLOEXEC;

  /** A folder to list or to make durable. */
  public static final int FOLDER = O_DIRECTORY | O_CLOEXEC;

  /** Something to read, never waited for and never made our terminal, whatever it is. */
  public static final int READ = O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC;

  /** A new file without a name, in the folder that is opened. */
  public static final int UNNAMED = O_TMPFILE | O_RDWR | O_CLOEXEC;

  /** A new file, by its name. */
  public static final int NAMED = O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC;

  /** A new file, by its name, that is looked at again before it is finished. */
  public static final int NAMED_TO_KEEP = O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC;

  /** Such a file, again. */
  public static final int KEPT = O_RDWR | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC;

  static final long RESOLVE_NO_XDEV = 1;
  static final long RESOLVE_NO_MAGICLINKS = 2;
  static final long RESOLVE_NO_SYMLINKS = 4;
  static final long RESOLVE_BENEATH = 8;
  static final long RESOLVE_CACHED = 0x20;

  /** A path that the operator or the name service gave. */
  public static final long TRUSTED = RESOLVE_NO_MAGICLINKS;

  /** A path that a user gave: below the folder, through no link. */
  public static final long BENEATH = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;

  /** The same, and through no mount point. */
  public static final long BENEATH_HERE = BENEATH | RESOLVE_NO_XDEV;

  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int AT_REMOVEDIR = 0x200;
  static final int AT_SYMLINK_FOLLOW = 0x400;
  static final int AT_NO_AUTOMOUNT = 0x800;
  static final int AT_EMPTY_PATH = 0x1000;

  /** For a rename: fail when the name is taken. */
  public static final int NO_REPLACE = 1;

  /** For a rename: both names are taken, and swap what they name. */
  public static final int EXCHANGE = 2;

  static final int FALLOC_KEEP_SIZE = 1;
  static final int RWF_NOWAIT = 8;

  static final long SYS_OPENAT2 = 437;
  static final long SYS_SETGROUPS = ARM ? 159 : 116;

  private Flags() {}

  /**
   * The same way of walking, through nothing but what the kernel has in memory; {@code -EAGAIN}
   * otherwise, {@code -EINVAL} before Linux 5.12.
   */
  public static long cached(long resolve) {
    return resolve | RESOLVE_CACHED;
  }

  private static boolean machineIsArm() {
    String machine = System.getProperty("os.arch");
    return switch (machine) {
      case "amd64", "x86_64" -> false;
      case "aarch64" -> true;
      default ->
          throw new IllegalStateException(
              "KDS knows the system calls of x86-64 and arm64, not those of " + machine);
    };
  }
}
