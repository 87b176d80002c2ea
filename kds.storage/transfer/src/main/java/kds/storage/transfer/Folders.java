package kds.storage.transfer;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import kds.api.host.HostException;
import kds.api.host.HostFiles;
import kds.api.host.HostFolder;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import kds.api.security.Caller;
import kds.api.session.Session;
import kds.api.transfer.Place;
import kds.api.transfer.TransferException;
import kds.storage.transfer.Places.Choice;
import kds.storage.transfer.Places.Home;
import kds.storage.transfer.Places.Shared;
import kds.storage.transfer.Places.Use;
import kds.storage.transfer.UploadState.Owner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Enters the folder that the rule of {@link Places} picks for a caller. Thread-safe. */
final class Folders {
  private static final Logger LOG = LoggerFactory.getLogger(Folders.class);

  /** What tells nothing about how the folder was set up. */
  private static final Set<HostException.Reason> MACHINE_FAILED =
      EnumSet.of(
          HostException.Reason.BUSY,
          HostException.Reason.TIMEOUT,
          HostException.Reason.IO,
          HostException.Reason.NO_SPACE,
          HostException.Reason.QUOTA,
          HostException.Reason.READ_ONLY);

  private final HostUsers users;
  private final HostFiles files;

  /** A folder held open, and why it is that one. */
  record Entered(Place place, HostFolder folder) implements AutoCloseable {
    @Override
    public void close() {
      folder.close();
    }
  }

  Folders(HostUsers users, HostFiles files) {
    this.users = users;
    this.files = files;
  }

  /** Enters the caller's folder. The caller closes it. */
  Entered enter(Settings settings, Caller caller, Use use) throws TransferException {
    Session session = session(caller);
    return switch (Places.first(settings, session, use)) {
      case Shared shared -> enterShared(shared, use);
      case Home home -> enterHome(settings, session, use, home);
    };
  }

  /** Whose home a place is; null for a shared folder. */
  @Nullable Owner owner(Caller caller, Place place) throws TransferException {
    if (place.kind() == Place.Kind.SHARED) {
      return null;
    }
    HostUser user = user(Objects.requireNonNull(session(caller).username()));
    return new Owner(user.name(), user.uid());
  }

  /** Enters a folder again in which an upload was begun. The caller closes it. */
  Entered enterAgain(Place place, @Nullable Owner owner) throws TransferException {
    try {
      if (owner == null) {
        return new Entered(place, files.enterShared(Path.of(place.folder())));
      }
      HostUser user = user(owner.name());
      if (user.uid() != owner.uid()) {
        throw new TransferException(
            TransferException.Reason.GONE,
            "The account " + Faults.quote(owner.name()) + " is another one now. Begin anew.");
      }
      return new Entered(place, files.enterHome(user, Places.DOWNLOADS, false));
    } catch (HostException e) {
      throw Faults.of(e, "The folder of the upload");
    }
  }

  private static Session session(Caller caller) throws TransferException {
    Session session = caller.session();
    if (session == null) {
      throw new TransferException(
          TransferException.Reason.NO_SESSION,
          "The token speaks for no session, so there are no files. Use a session's token.");
    }
    return session;
  }

  private Entered enterHome(Settings settings, Session session, Use use, Home home)
      throws TransferException {
    HostUser user = user(home.username());
    try {
      HostFolder folder = files.enterHome(user, Places.DOWNLOADS, home.create());
      return new Entered(Places.place(Place.Kind.HOME, folder.path(), Place.Reason.HOME), folder);
    } catch (HostException e) {
      Optional<Choice> instead = Places.instead(settings, session, use, e.reason());
      if (instead.isPresent() && instead.get() instanceof Shared shared) {
        LOG.debug("{} gets {}: {}", user.name(), shared.folder(), shared.reason(), e);
        return enterShared(shared, use);
      }
      throw homeFault(e, user);
    }
  }

  private HostUser user(String name) throws TransferException {
    HostUser user;
    try {
      user =
          users
              .byName(name)
              .orElseThrow(
                  () ->
                      new TransferException(
                          TransferException.Reason.NO_USER,
                          "This server knows no account "
                              + Faults.quote(name)
                              + ". Ask the administrator to create it, or to check the server's"
                              + " directory connection."));
    } catch (HostException e) {
      throw Faults.of(e, "Look-up of the account " + Faults.quote(name));
    }
    if (user.isSystemAccount() && !isOwnUnprivileged(user)) {
      throw Faults.of(
          new HostException(HostException.Reason.SYSTEM_ACCOUNT, "uid " + user.uid()),
          "Files of " + Faults.quote(user.name()));
    }
    return user;
  }

  /** A trial that runs as a low uid serves itself; root's own files are never served. */
  private boolean isOwnUnprivileged(HostUser user) {
    return user.uid() != 0 && user.uid() == users.self().uid();
  }

  private static TransferException homeFault(HostException e, HostUser user) {
    String what = "The Downloads folder of " + Faults.quote(user.name());
    return switch (e.reason()) {
      case NOT_FOUND ->
          noFolder(
              what
                  + " could not be made, because there is no home. Log on once, or ask the"
                  + " administrator to create the home folder.",
              e);
      case FOREIGN ->
          noFolder(what + " belongs to somebody else. Ask the administrator to give it back.", e);
      case WRONG_KIND, UNSAFE_PATH ->
          noFolder(
              what
                  + " is a link or a file. Replace it by a folder of its own; a folder that"
                  + " lies elsewhere can be mounted there.",
              e);
      default -> Faults.of(e, what);
    };
  }

  private Entered enterShared(Shared shared, Use use) throws TransferException {
    try {
      HostFolder folder = files.enterShared(shared.folder());
      return new Entered(Places.place(Place.Kind.SHARED, shared.folder(), shared.reason()), folder);
    } catch (HostException e) {
      if (MACHINE_FAILED.contains(e.reason())) {
        throw Faults.of(e, "The server's shared folder");
      }
      String key = use == Use.UPLOAD ? "upload_dir" : "download_dir";
      LOG.warn(
          "The shared folder {} ({}) cannot be used: {}", shared.folder(), key, e.getMessage());
      throw noFolder(
          "The server's shared folder cannot be used. Ask the administrator to check '"
              + key
              + "' in the configuration: it must be a folder that the service can use.",
          e);
    }
  }

  private static TransferException noFolder(String message, HostException cause) {
    return new TransferException(TransferException.Reason.NO_FOLDER, message, cause);
  }
}
