package kds.core.host;

import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.core.host.linux.Errno;

/** Turns an error number into what went wrong, for whom, and what to do about it. */
final class Failures {
  private Failures() {}

  /**
   * The failure.
   *
   * @param errno as the kernel gave it, or negated
   * @param what what was tried, as "open a.txt in /home/alice/Downloads"
   */
  static HostException of(long errno, String what) {
    int error = (int) Math.abs(errno);
    return new HostException(
        reason(error),
        "Could not %s: %s (%s)".formatted(visible(what), advice(error), Errno.name(error)));
  }

  private static Reason reason(int error) {
    return switch (error) {
      case Errno.ENOENT, Errno.ENOTDIR, Errno.ESTALE -> Reason.NOT_FOUND;
      case Errno.ELOOP, Errno.EXDEV, Errno.EILSEQ -> Reason.UNSAFE_PATH;
      case Errno.EISDIR, Errno.ENXIO, Errno.ENODEV, Errno.ENOTEMPTY -> Reason.WRONG_KIND;
      case Errno.EACCES, Errno.EPERM -> Reason.DENIED;
      case Errno.EEXIST -> Reason.EXISTS;
      case Errno.ENAMETOOLONG -> Reason.NAME_TOO_LONG;
      case Errno.ENOSPC -> Reason.NO_SPACE;
      case Errno.EDQUOT -> Reason.QUOTA;
      case Errno.EFBIG, Errno.EOVERFLOW -> Reason.TOO_LARGE;
      case Errno.EROFS -> Reason.READ_ONLY;
      case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.EAGAIN, Errno.EBUSY, Errno.ETXTBSY ->
          Reason.BUSY;
      case Errno.ETIMEDOUT -> Reason.TIMEOUT;
      default -> Reason.IO;
    };
  }

  private static String advice(int error) {
    return switch (reason(error)) {
      case NOT_FOUND -> "there is no such file or folder";
      case UNSAFE_PATH ->
          "it leads through a link or out of the folder, which is never followed; use the real path";
      case WRONG_KIND -> "it is not of the kind that is wanted";
      case DENIED -> "the user may not; check owner and mode of the file and of its folders";
      case EXISTS -> "the name is taken; choose another or ask for replacement";
      case NAME_TOO_LONG -> "the name is longer than the file system takes; shorten it";
      case NO_SPACE -> "the file system is full; free some space";
      case QUOTA -> "the user's quota is used up; free some space or raise it";
      case TOO_LARGE -> "it is larger than the file system takes";
      case READ_ONLY -> "the file system is mounted read-only";
      case BUSY -> "out of descriptors or memory, or it is in use; try again later";
      case TIMEOUT -> "the file system did not answer in time";
      default -> "the file system failed; look into the system's log";
    };
  }

  /** A user's text, fit for one line of a log. */
  static String visible(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              switch (Character.getType(point)) {
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    line.append("\\u%04x".formatted(point));
                default -> line.appendCodePoint(point);
              }
            });
    return line.toString();
  }
}
