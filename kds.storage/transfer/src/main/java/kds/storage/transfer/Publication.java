package kds.storage.transfer;

import kds.api.host.HostException;
import kds.api.host.HostUpload;
import kds.api.transfer.TransferException;
import kds.api.transfer.UploadRequest.OnConflict;

/**
 * Gives a finished upload its name, by the rule for names that are taken.
 *
 * <p>Nothing is looked up first: the machine refuses a taken name at the moment of publication, so
 * that of two uploads of one name both survive.
 *
 * @param path the wanted path
 * @param rule what to do when its name is taken
 * @param naming how a name is tried
 */
record Publication(String path, OnConflict rule, Naming naming) {
  /** How many other names are tried. */
  static final int TRIES = 1000;

  /** Gives a file a name. */
  @FunctionalInterface
  interface Naming {
    /**
     * Tries one.
     *
     * @throws HostException {@link HostException.Reason#EXISTS} when it is taken
     */
    void give(HostUpload file, String name, boolean replace)
        throws HostException, TransferException;
  }

  /** That of a file with whose name nothing else goes along. */
  Publication(String path, OnConflict rule) {
    this(path, rule, HostUpload::publish);
  }

  /** Where a file was published. */
  record Published(String path, boolean renamed, boolean replaced) {}

  /** Makes the file durable and visible. */
  Published publish(HostUpload file) throws HostException, TransferException {
    file.sync();
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (isPublished(file, name, false)) {
      return new Published(path, false, false);
    }
    return switch (rule) {
      case RENAME -> publishRenamed(file, name);
      case OVERWRITE -> publishOver(file, name);
      case REJECT -> throw taken("Use another name or remove it.");
    };
  }

  /** The refusal of a name that is taken. */
  TransferException taken(String remedy) {
    return new TransferException(
        TransferException.Reason.CONFLICT,
        "Upload of " + Faults.quote(path) + ": the name is taken. " + remedy);
  }

  private Published publishRenamed(HostUpload file, String name)
      throws HostException, TransferException {
    String folder = path.substring(0, path.length() - name.length());
    ConflictNames names = new ConflictNames(name);
    for (int n = 1; n <= TRIES; n++) {
      String other = names.name(n);
      if (isPublished(file, other, false)) {
        return new Published(folder + other, true, false);
      }
    }
    throw taken("So are the " + TRIES + " names after it. Use another name.");
  }

  private Published publishOver(HostUpload file, String name)
      throws HostException, TransferException {
    if (isPublished(file, name, true)) {
      return new Published(path, false, true);
    }
    throw taken("It is not a file, so it is not replaced. Use another name.");
  }

  private boolean isPublished(HostUpload file, String name, boolean replace)
      throws HostException, TransferException {
    try {
      naming.give(file, name, replace);
      return true;
    } catch (HostException e) {
      if (e.reason() == HostException.Reason.EXISTS) {
        return false;
      }
      throw e;
    }
  }
}
