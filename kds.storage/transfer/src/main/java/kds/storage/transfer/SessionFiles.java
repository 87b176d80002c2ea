package kds.storage.transfer;

import java.util.Comparator;
import java.util.List;
import kds.api.capability.Capability;
import kds.api.host.HostEntry;
import kds.api.host.HostException;
import kds.api.host.HostFile;
import kds.api.host.HostFiles;
import kds.api.host.HostFolder;
import kds.api.host.HostListing;
import kds.api.host.HostUpload;
import kds.api.host.HostUsers;
import kds.api.security.Audit;
import kds.api.security.Caller;
import kds.api.transfer.Download;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.FolderDownload;
import kds.api.transfer.Listing;
import kds.api.transfer.Traffic;
import kds.api.transfer.TransferException;
import kds.api.transfer.Upload;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadRequest.OnConflict;
import kds.storage.transfer.Folders.Entered;
import kds.storage.transfer.Places.Use;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of sessions. An upload or download that runs keeps the settings it began with; a change
 * holds for those that begin after it.
 *
 * <p>Immediate, or it would be made anew for every call that takes and returns the service.
 */
@Component(
    service = FileTransfer.class,
    immediate = true,
    configurationPid = TransferConfig.PID,
    property = Capability.PROPERTY + "=" + FileTransfer.CAPABILITY)
@SatisfyingConditionTarget("(osgi.condition.id=kds.transfer)")
@Designate(ocd = TransferConfig.class)
public final class SessionFiles implements FileTransfer {
  private static final Logger LOG = LoggerFactory.getLogger(SessionFiles.class);

  private final Folders folders;
  private final Traffic traffic;
  private final Inspectors inspectors;
  private final Audit audit;
  private volatile Settings settings;

  /**
   * Made by Declarative Services.
   *
   * @throws IllegalArgumentException when the configuration cannot be read
   */
  @Activate
  public SessionFiles(
      @Reference HostUsers users,
      @Reference HostFiles files,
      @Reference Traffic traffic,
      @Reference Inspectors inspectors,
      @Reference Audit audit,
      TransferConfig config) {
    this.folders = new Folders(users, files);
    this.traffic = traffic;
    this.inspectors = inspectors;
    this.audit = audit;
    this.settings = Settings.of(config);
  }

  @Modified
  void configure(TransferConfig config) {
    try {
      settings = Settings.of(config);
      LOG.debug("Transfers now follow {}", settings);
    } catch (IllegalArgumentException e) {
      LOG.error("The transfer settings stay as they were. {}", e.getMessage());
    }
  }

  @Override
  public Listing list(Caller caller, String path) throws TransferException {
    Settings now = settings;
    requireAllowed(now.allowDownload(), "Downloads");
    try (Entered entered = folders.enter(now, caller, Use.DOWNLOAD)) {
      HostListing listing = Listings.of(entered.folder(), path);
      List<Listing.Item> items =
          listing.entries().stream()
              .sorted(Comparator.comparing(HostEntry::name))
              .map(SessionFiles::item)
              .toList();
      return new Listing(entered.place(), items, listing.leftOut(), listing.complete());
    } catch (HostException e) {
      throw Faults.of(e, "Listing of " + Faults.quote(path));
    }
  }

  @Override
  public Download open(Caller caller, String path) throws TransferException {
    return opened(caller, path, this::open);
  }

  @Override
  public FolderDownload openFolder(Caller caller, String path) throws TransferException {
    return opened(caller, path, this::openFolder);
  }

  /** Opens something that is downloaded. */
  @FunctionalInterface
  private interface Opening<T> {
    T open(Settings now, Caller caller, String path, Trail trail) throws TransferException;
  }

  private <T> T opened(Caller caller, String path, Opening<T> opening) throws TransferException {
    Settings now = settings;
    Trail trail = Trail.ofDownload(audit, caller, path);
    try {
      requireAllowed(now.allowDownload(), "Downloads");
      return opening.open(now, caller, path, trail);
    } catch (TransferException e) {
      // Asking for what is not there, or of another kind, is no act on it.
      if (e.reason() != TransferException.Reason.NOT_FOUND
          && e.reason() != TransferException.Reason.WRONG_KIND) {
        trail.refused(e);
      }
      throw e;
    }
  }

  @Override
  public Upload begin(Caller caller, UploadRequest request) throws TransferException {
    Settings now = settings;
    Trail trail = Trail.ofUpload(audit, caller, request.path());
    try {
      requireAllowed(now.allowUpload(), "Uploads");
      Limit limit = new Limit(now.maxUploadSize(), request.size());
      limit.checkAnnounced();
      return begin(now, caller, request, limit, trail);
    } catch (TransferException e) {
      trail.refused(e);
      throw e;
    }
  }

  private Download open(Settings now, Caller caller, String path, Trail trail)
      throws TransferException {
    try (Entered entered = folders.enter(now, caller, Use.DOWNLOAD)) {
      HostFile file = entered.folder().open(path);
      Meter meter = Meter.down(traffic, now.policies(), caller, path, file.size());
      return new OpenDownload(entered.place(), path, file, meter, trail);
    } catch (HostException e) {
      throw Faults.of(e, "Download of " + Faults.quote(path));
    }
  }

  private FolderDownload openFolder(Settings now, Caller caller, String path, Trail trail)
      throws TransferException {
    Entered entered = folders.enter(now, caller, Use.DOWNLOAD);
    boolean begun = false;
    try {
      HostListing listing = Listings.of(entered.folder(), path);
      Meter meter = Meter.down(traffic, now.policies(), caller, path + "/", -1);
      FolderDownload download =
          new OpenFolderDownload(entered, path, listing, meter, trail, Room.OF_ALL.rent());
      begun = true;
      return download;
    } catch (HostException e) {
      throw Faults.of(e, "Download of the folder " + Faults.quote(path));
    } finally {
      if (!begun) {
        entered.close();
      }
    }
  }

  private Upload begin(Settings now, Caller caller, UploadRequest request, Limit limit, Trail trail)
      throws TransferException {
    Publication publication = new Publication(request.path(), rule(now, request));
    Meter meter =
        Meter.up(
            traffic, now.policies(), caller, request.path(), request.size(), request.further());
    Entered entered = folders.enter(now, caller, Use.UPLOAD);
    HostUpload file = null;
    boolean begun = false;
    try {
      Inspection inspection = inspectors.by(now.policies());
      inspection.requireInspector();
      requireFree(entered.folder(), publication);
      file = entered.folder().create(request.path(), request.size(), inspection.seals());
      Reserve reserve = new Reserve(file, now.policies().minFreeSpace(), request.size());
      reserve.check(0);
      meter.begin();
      begun = true;
      Checks checks = new Checks(limit, reserve, inspection);
      return new OpenUpload(caller, request, entered, file, checks, publication, meter, trail);
    } catch (HostException e) {
      throw Faults.of(e, "Upload of " + Faults.quote(request.path()));
    } finally {
      if (!begun) {
        discard(entered, file);
      }
    }
  }

  private static void discard(Entered entered, @Nullable HostUpload file) {
    try (entered) {
      if (file != null) {
        file.close();
      }
    }
  }

  static OnConflict rule(Settings now, UploadRequest request) {
    if (request.mustBeNew()) {
      return OnConflict.REJECT;
    }
    return request.onConflict() == null ? now.onConflict() : request.onConflict();
  }

  /**
   * Tells a caller whose file would be refused at its end so at its beginning. Only a courtesy: the
   * publication decides.
   */
  static void requireFree(HostFolder folder, Publication publication) throws TransferException {
    if (publication.rule() != OnConflict.REJECT) {
      return;
    }
    try {
      folder.open(publication.path()).close();
    } catch (HostException e) {
      if (e.reason() != HostException.Reason.WRONG_KIND) {
        return;
      }
    }
    throw publication.taken("Use another name or remove it.");
  }

  static void requireAllowed(boolean allowed, String what) throws TransferException {
    if (!allowed) {
      throw new TransferException(
          TransferException.Reason.NOT_ALLOWED,
          what + " are switched off on this server. Ask the administrator if you need them.");
    }
  }

  private static Listing.Item item(HostEntry entry) {
    return new Listing.Item(
        entry.name(),
        entry.folder(),
        entry.size(),
        entry.modified(),
        entry.created(),
        entry.owner(),
        entry.group(),
        entry.mode());
  }
}
