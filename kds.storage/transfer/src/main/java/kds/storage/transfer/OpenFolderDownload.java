package kds.storage.transfer;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import kds.api.host.HostEntry;
import kds.api.host.HostException;
import kds.api.host.HostFile;
import kds.api.host.HostListing;
import kds.api.transfer.FolderDownload;
import kds.api.transfer.Place;
import kds.api.transfer.TransferException;
import kds.storage.transfer.Folders.Entered;
import org.jspecify.annotations.Nullable;

/**
 * A walk through a folder. It remembers the listings of the folders on the way down, and nothing of
 * those it has left. Leaves one audit record when it is closed.
 */
final class OpenFolderDownload implements FolderDownload {
  /** How deep a walk goes: paths of 4095 bytes end about there. */
  private static final int DEEPEST = 2048;

  private final Entered entered;
  private final String path;
  private final Meter meter;
  private final Trail trail;
  private final Room.Rented room;
  private final Deque<Level> levels = new ArrayDeque<>();
  private final Remarks leftOut = new Remarks();
  private @Nullable Open open;
  private long files;
  private long bytes;
  private boolean refused;
  private boolean closed;

  /** A folder on the way down: its path from the topmost one, and what of it is still to come. */
  private record Level(String path, Iterator<Waiting> rest) {}

  /** What is kept of an entry until its turn comes. */
  private record Waiting(String name, boolean folder, Instant modified) {
    static Waiting of(HostEntry entry) {
      return new Waiting(entry.name(), entry.folder(), entry.modified());
    }
  }

  /** The file that is read. */
  private static final class Open {
    private final String path;
    private final HostFile file;
    private long position;

    Open(String path, HostFile file) {
      this.path = path;
      this.file = file;
    }
  }

  /**
   * Begins with a folder that is listed already, so that it is known to be one.
   *
   * @param room for its members
   * @throws HostException {@link HostException.Reason#BUSY} when other downloads have taken it
   */
  OpenFolderDownload(
      Entered entered, String path, HostListing listing, Meter meter, Trail trail, Room.Rented room)
      throws HostException {
    this.room = room;
    this.entered = entered;
    this.path = path;
    this.meter = meter;
    this.trail = trail;
    if (!enter(path, listing)) {
      throw new HostException(
          HostException.Reason.BUSY,
          "Other folders are being packed, and these are too many files");
    }
  }

  @Override
  public Place place() {
    return entered.place();
  }

  @Override
  public String name() {
    String whole = path.isEmpty() ? place().folder() : path;
    return whole.substring(whole.lastIndexOf('/') + 1);
  }

  @Override
  public @Nullable Member next() throws TransferException {
    begin();
    finish();
    while (!levels.isEmpty()) {
      Level level = levels.peek();
      if (!level.rest.hasNext()) {
        levels.pop();
        continue;
      }
      Waiting entry = level.rest.next();
      String there = level.path.isEmpty() ? entry.name() : level.path + "/" + entry.name();
      Member member = entry.folder() ? folder(entry, there) : file(there);
      if (member != null) {
        return member;
      }
    }
    return null;
  }

  private void begin() throws TransferException {
    try {
      meter.begin();
    } catch (TransferException e) {
      refused = true;
      trail.refused(e);
      throw e;
    }
  }

  private @Nullable Member folder(Waiting entry, String there) {
    if (levels.size() >= DEEPEST) {
      remark(there, "It lies too deep.");
      return null;
    }
    try {
      if (!enter(there, Listings.of(entered.folder(), there))) {
        remark(
            there,
            "This and other downloads have more than "
                + room.most()
                + " files and folders now; what is in it is missing.");
      }
    } catch (HostException e) {
      remark(there, why(e));
    }
    return new Member(below(there), true, 0, entry.modified());
  }

  /** Goes into a folder; false when there is no room for what is in it. */
  private boolean enter(String there, HostListing listing) {
    if (!room.grow(listing.entries().size())) {
      return false;
    }
    Iterator<Waiting> sorted =
        listing.entries().stream()
            .map(Waiting::of)
            .sorted(Comparator.comparing(Waiting::name))
            .toList()
            .iterator();
    levels.push(new Level(there, sorted));
    String above = there.isEmpty() ? "" : there + "/";
    listing
        .leftOutNames()
        .forEach(
            name ->
                remark(above + name, "A link, a device, or of a name or kind that is not served."));
    int more = listing.leftOut() - listing.leftOutNames().size();
    if (more > 0) {
      remark(there, more + " more links or devices in this folder.");
    }
    if (!listing.complete()) {
      remark(there, "The folder holds more than a listing does; the rest of it is missing.");
    }
    return true;
  }

  private @Nullable Member file(String there) {
    try {
      HostFile file = entered.folder().open(there);
      open = new Open(there, file);
      files++;
      return new Member(below(there), false, file.size(), file.modified());
    } catch (HostException e) {
      remark(there, why(e));
      return null;
    }
  }

  @Override
  public int read(ByteBuffer into) throws TransferException {
    Open now = open;
    if (now == null || now.position >= now.file.size()) {
      return -1;
    }
    int limit = into.limit();
    into.limit((int) Math.min(limit, into.position() + now.file.size() - now.position));
    try {
      int read = now.file.read(into, now.position);
      if (read > 0) {
        now.position += read;
        bytes += read;
        meter.pass(read);
        return read;
      }
    } catch (HostException e) {
      remark(now.path, "Reading broke off after " + now.position + " bytes: " + why(e));
      close(now);
      return -1;
    } finally {
      into.limit(limit);
    }
    remark(now.path, "It became shorter while it was read: " + now.position + " bytes came.");
    close(now);
    return -1;
  }

  /** Looks whether the file that was read is still the one that was opened. */
  private void finish() {
    Open now = open;
    if (now == null) {
      return;
    }
    try (HostFile again = entered.folder().open(now.path)) {
      if (!again.version().equals(now.file.version())) {
        remark(now.path, "It changed while it was read; what came may be a mixture.");
      }
    } catch (HostException e) {
      // Removed or locked away meanwhile: what was read is still the whole of what it was.
    } finally {
      close(now);
    }
  }

  private void close(Open now) {
    now.file.close();
    open = null;
  }

  private String below(String there) {
    return path.isEmpty() ? there : there.substring(path.length() + 1);
  }

  private void remark(String there, String why) {
    leftOut.add(there.equals(path) ? "" : below(there), why);
  }

  private static String why(HostException e) {
    return switch (e.reason()) {
      case NOT_FOUND -> "It vanished meanwhile.";
      case DENIED -> "The account's own rights do not allow it.";
      case UNSAFE_PATH, WRONG_KIND -> "It is a link, or has become something else meanwhile.";
      case NAME_TOO_LONG -> "Its path is too long.";
      case BUSY, TIMEOUT -> "The machine was too busy.";
      default -> "The storage failed.";
    };
  }

  @Override
  public List<Remark> leftOut() {
    return leftOut.first();
  }

  @Override
  public long leftOutCount() {
    return leftOut.count();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    boolean whole = levels.isEmpty();
    Open now = open;
    if (now != null) {
      close(now);
    }
    meter.close();
    entered.close();
    room.close();
    if (refused) {
      return;
    }
    trail.done(
        place(),
        path,
        Map.of(
            "kind", "folder",
            "files", Long.toString(files),
            "bytes", Long.toString(bytes),
            "left_out", Long.toString(leftOut.count()),
            "complete", Boolean.toString(whole)));
  }
}
