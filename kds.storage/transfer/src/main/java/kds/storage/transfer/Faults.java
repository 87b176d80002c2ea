package kds.storage.transfer;

import static java.util.Map.entry;

import java.util.EnumMap;
import java.util.Map;
import kds.api.host.HostException;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;

/**
 * What the machine's refusals mean to the caller: one table. The machine's own words stay in the
 * cause, for the log; they may name places that the caller has no business with.
 */
final class Faults {
  private static final int LONGEST_QUOTE = 200;

  /** A reason, and a message in which {@code %s} is what was tried and on what. */
  private record Meaning(Reason reason, String message) {}

  private static final Map<HostException.Reason, Meaning> MEANINGS =
      new EnumMap<>(
          Map.ofEntries(
              entry(
                  HostException.Reason.NOT_FOUND,
                  new Meaning(
                      Reason.NOT_FOUND, "%s: there is no such file or folder. List its folder.")),
              entry(
                  HostException.Reason.UNSAFE_PATH,
                  new Meaning(
                      Reason.UNSAFE_PATH,
                      "%s: the path leads out of the folder, through a link, or is not a path."
                          + " Name it from the folder, without links, '.' or '..'.")),
              entry(
                  HostException.Reason.WRONG_KIND,
                  new Meaning(
                      Reason.WRONG_KIND,
                      "%s: what is there is not of the kind that was asked for. Only regular files"
                          + " are transferred, and only folders are listed.")),
              entry(
                  HostException.Reason.FOREIGN,
                  new Meaning(
                      Reason.DENIED, "%s: it belongs to somebody else. Ask its owner for it.")),
              entry(
                  HostException.Reason.DENIED,
                  new Meaning(
                      Reason.DENIED,
                      "%s: the account's own rights do not allow it. Change the permissions on the"
                          + " desktop.")),
              entry(
                  HostException.Reason.EXISTS,
                  new Meaning(
                      Reason.CONFLICT, "%s: the name is taken. Use another name or remove it.")),
              entry(
                  HostException.Reason.NAME_TOO_LONG,
                  new Meaning(
                      Reason.NAME_TOO_LONG,
                      "%s: the name or path is too long. Use a shorter one.")),
              entry(
                  HostException.Reason.NO_SPACE,
                  new Meaning(
                      Reason.NO_SPACE, "%s: the disk is full. Free some space and try again.")),
              entry(
                  HostException.Reason.QUOTA,
                  new Meaning(
                      Reason.QUOTA,
                      "%s: the account's disk quota is used up. Remove files and try again.")),
              entry(
                  HostException.Reason.TOO_LARGE,
                  new Meaning(
                      Reason.TOO_LARGE,
                      "%s: the file is larger than the file system takes. Split it.")),
              entry(
                  HostException.Reason.READ_ONLY,
                  new Meaning(
                      Reason.FAILED,
                      "%s: the file system is mounted read-only. Ask the administrator.")),
              entry(
                  HostException.Reason.BUSY,
                  new Meaning(Reason.BUSY, "%s: too much is going on. Try again in a moment.")),
              entry(
                  HostException.Reason.TIMEOUT,
                  new Meaning(Reason.BUSY, "%s: no answer came in time. Try again in a moment.")),
              entry(
                  HostException.Reason.REVOKED,
                  new Meaning(
                      Reason.TAKEN_OVER,
                      "%s: it is gone on with over another connection. This one has ended.")),
              entry(
                  HostException.Reason.UNPRIVILEGED,
                  new Meaning(
                      Reason.NO_USER,
                      "%s: the service runs without the right to act for other accounts. Ask the"
                          + " administrator to run it as root, or use its own account.")),
              entry(
                  HostException.Reason.SYSTEM_ACCOUNT,
                  new Meaning(
                      Reason.NO_USER,
                      "%s: the account is one of the system's own. Ask the administrator to give the"
                          + " session a person's account.")),
              entry(
                  HostException.Reason.IO,
                  new Meaning(
                      Reason.FAILED,
                      "%s: the storage failed. Try again; if it stays, ask the administrator to"
                          + " look into the service's log."))));

  private Faults() {}

  /**
   * The failure in the caller's words.
   *
   * @param what what was tried and on what, as {@code Upload of 'a.pdf'}
   */
  static TransferException of(HostException cause, String what) {
    Meaning meaning = MEANINGS.get(cause.reason());
    return new TransferException(meaning.reason(), meaning.message().formatted(what), cause);
  }

  /** A caller's path, fit for a message: in quotes, without control characters, not endless. */
  static String quote(String path) {
    String printable = path.replaceAll("\\p{Cntrl}", "\uFFFD");
    int end = Math.min(printable.length(), LONGEST_QUOTE);
    return "'" + printable.substring(0, end) + (end < printable.length() ? "…'" : "'");
  }
}
