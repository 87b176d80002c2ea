package kds.core.host;

import java.nio.file.Path;
import kds.core.host.linux.Flags;
import kds.core.host.linux.Identity;
import org.jspecify.annotations.Nullable;

/**
 * On what terms a folder is entered.
 *
 * @param folder where it is, for messages
 * @param identity as whom, null for the service itself
 * @param uid who it is for: whose share of the threads is used
 * @param owner the name of that uid
 * @param strict whether only what lies on the folder's own file system under a single name is
 *     opened
 * @param resolve how paths are walked
 * @param fileMode permission bits of new files
 * @param folderMode permission bits of new folders
 */
record Terms(
    Path folder,
    @Nullable Identity identity,
    long uid,
    String owner,
    boolean strict,
    long resolve,
    int fileMode,
    int folderMode) {

  private static final int PRIVATE_FILE = 0600;
  private static final int PRIVATE_FOLDER = 0700;
  private static final int SHARED_FILE = 0644;
  private static final int SHARED_FOLDER = 0755;

  /** A folder in a home: the user's own, whatever he has mounted or linked there himself. */
  static Terms home(Path folder, @Nullable Identity identity, long uid, String owner) {
    return new Terms(
        folder, identity, uid, owner, false, Flags.BENEATH, PRIVATE_FILE, PRIVATE_FOLDER);
  }

  /** The same folder, entered as the service itself. */
  Terms asService() {
    return new Terms(folder, null, uid, owner, strict, resolve, fileMode, folderMode);
  }

  /** A folder for all. */
  static Terms shared(Path folder, long uid, String owner) {
    return new Terms(
        folder, null, uid, owner, true, Flags.BENEATH_HERE, SHARED_FILE, SHARED_FOLDER);
  }
}
