package kds.storage.transfer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import kds.api.capability.Capability;
import kds.api.config.Quantity;
import kds.api.host.HostException;
import kds.api.host.HostFiles;
import kds.api.host.HostPart;
import kds.api.host.HostUsers;
import kds.api.security.Audit;
import kds.api.security.Caller;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.ResumableUploads;
import kds.api.transfer.Traffic;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadTicket;
import kds.storage.transfer.Folders.Entered;
import kds.storage.transfer.Places.Use;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads in several goes. What is known of one lies on disk, below {@code kds.state}, and the
 * content in a hidden file where it will be published; nothing is remembered here, so that a
 * restart or another generation of the bundle goes on where this one was.
 *
 * <p>Its configuration is that of {@link SessionFiles}, which designates it.
 */
@Component(
    service = ResumableUploads.class,
    immediate = true,
    configurationPid = TransferConfig.PID,
    property = Capability.PROPERTY + "=" + FileTransfer.CAPABILITY)
@SatisfyingConditionTarget("(osgi.condition.id=kds.transfer)")
public final class ResumableFiles implements ResumableUploads {
  private static final Logger LOG = LoggerFactory.getLogger(ResumableFiles.class);

  /** How many uploads one token subject may have begun and not finished. */
  private static final int MOST_UNFINISHED = 1000;

  /** How long a client that missed the last answer can still ask for the receipt. */
  private static final Duration RECEIPT_KEPT = Duration.ofHours(1);

  /** The first time soon: what expired while the service was down is there already. */
  private static final Duration SWEEP_FIRST = Duration.ofSeconds(10);

  private static final Duration SWEEP_EVERY = Duration.ofMinutes(5);

  private final Folders folders;
  private final Traffic traffic;
  private final Inspectors inspectors;
  private final Audit audit;
  private final UploadStates states;
  private final Clock clock;
  private final String boot;
  private final ScheduledExecutorService sweeper;
  private volatile Rules rules;

  /** The configuration, read once. */
  record Rules(Settings settings, Duration expires) {
    static Rules of(TransferConfig config) {
      return new Rules(Settings.of(config), Quantity.duration(config.upload_expires()));
    }
  }

  /**
   * Made by Declarative Services.
   *
   * @throws IllegalArgumentException when the configuration cannot be read
   */
  @Activate
  public ResumableFiles(
      BundleContext context,
      @Reference HostUsers users,
      @Reference HostFiles files,
      @Reference Traffic traffic,
      @Reference Inspectors inspectors,
      @Reference Audit audit,
      TransferConfig config) {
    this(
        new Folders(users, files),
        traffic,
        inspectors,
        audit,
        new UploadStates(Path.of(context.getProperty("kds.state"), "uploads")),
        Clock.systemUTC(),
        Boot.id(),
        config);
  }

  ResumableFiles(
      Folders folders,
      Traffic traffic,
      Inspectors inspectors,
      Audit audit,
      UploadStates states,
      Clock clock,
      String boot,
      TransferConfig config) {
    this.folders = folders;
    this.traffic = traffic;
    this.inspectors = inspectors;
    this.audit = audit;
    this.states = states;
    this.clock = clock;
    this.boot = boot;
    this.rules = Rules.of(config);
    this.sweeper =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("kds-uploads-sweep").factory());
  }

  @Activate
  void start() {
    sweeper.scheduleWithFixedDelay(
        this::sweep, SWEEP_FIRST.toSeconds(), SWEEP_EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  /** Uploads under way go on: they do not need this object. */
  @Deactivate
  void stop() {
    sweeper.shutdownNow();
  }

  @Modified
  void configure(TransferConfig config) {
    try {
      rules = Rules.of(config);
    } catch (IllegalArgumentException e) {
      LOG.error("The settings of uploads stay as they were. {}", e.getMessage());
    }
  }

  @Override
  public long maxSize() {
    return rules.settings().maxUploadSize();
  }

  @Override
  public UploadTicket create(Caller caller, UploadRequest request, String metadata)
      throws TransferException {
    Rules now = rules;
    Trail trail = Trail.ofUpload(audit, caller, request.path());
    try {
      SessionFiles.requireAllowed(now.settings().allowUpload(), "Uploads");
      new Limit(now.settings().maxUploadSize(), request.size()).checkAnnounced();
      admission().inspection().requireInspector();
      requireFew(caller);
      try (Entered entered = folders.enter(now.settings(), caller, Use.UPLOAD)) {
        return create(now, caller, request, metadata, entered);
      }
    } catch (TransferException e) {
      trail.refused(e);
      throw e;
    }
  }

  private UploadTicket create(
      Rules now, Caller caller, UploadRequest request, String metadata, Entered entered)
      throws TransferException {
    Publication publication =
        new Publication(request.path(), SessionFiles.rule(now.settings(), request));
    SessionFiles.requireFree(entered.folder(), publication);
    String key = UploadStates.newKey();
    String name = UploadStates.name(key).orElseThrow();
    UploadState state =
        new UploadState(
            caller,
            new UploadRequest(
                request.path(),
                request.size(),
                publication.rule(),
                request.sha256(),
                request.mustBeNew()),
            metadata,
            entered.place(),
            folders.owner(caller, entered.place()),
            UploadStates.newPart(),
            expiry(now),
            0,
            0,
            boot,
            null,
            null,
            null);
    try {
      // The state first: a hidden file that nothing knows of would stay for a month.
      save(name, state);
      HostPart part = entered.folder().keep(request.path(), state.part(), request.size());
      admission().begin(caller, request, part);
    } catch (HostException e) {
      forget(name);
      throw Faults.of(e, what(state));
    } catch (TransferException e) {
      forget(name);
      throw e;
    }
    return new UploadTicket(key, state.place(), state.expires());
  }

  /** What uploads have to keep to from now on. */
  Admission admission() {
    return new Admission(traffic, inspectors, rules.settings().policies());
  }

  /** The states lie on the system's disk, which nobody's quota guards. */
  private void requireFew(Caller caller) throws TransferException {
    try {
      List<String> names = states.names();
      if (names.size() < MOST_UNFINISHED) {
        return;
      }
      int unfinished = 0;
      for (String name : names) {
        UploadState state = states.read(name).orElse(null);
        if (state != null
            && state.receipt() == null
            && state.caller().subject().equals(caller.subject())
            && ++unfinished >= MOST_UNFINISHED) {
          throw new TransferException(
              Reason.BUSY,
              "There are too many unfinished uploads (%d). Finish or end some first."
                  .formatted(unfinished));
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public ResumableUpload resume(String key) throws TransferException {
    SessionFiles.requireAllowed(rules.settings().allowUpload(), "Uploads");
    String name = UploadStates.name(key).orElseThrow(ResumableFiles::unknown);
    UploadState state = known(name);
    if (state.receipt() != null) {
      return upload(name, state, null, null);
    }
    Entered entered = folders.enterAgain(state.place(), state.owner());
    HostPart part = null;
    boolean begun = false;
    try {
      part = reopen(name, state, entered);
      if (part != null && known(name).publishing() != null) {
        // Who had it may have published what was opened: is it still there under its hidden name?
        part.close();
        part = reopen(name, state, entered);
      }
      // Read again: who had the file before may have written until now.
      OpenResumable open = upload(name, known(name), entered, part);
      open.begin();
      begun = true;
      return open;
    } finally {
      if (!begun) {
        if (part != null) {
          part.close();
        }
        entered.close();
      }
    }
  }

  private OpenResumable upload(
      String name, UploadState state, @Nullable Entered entered, @Nullable HostPart part) {
    Trail trail = Trail.ofUpload(audit, state.caller(), state.request().path());
    return new OpenResumable(this, name, state, entered, part, trail);
  }

  /** The hidden file, or null when it was published already. */
  private @Nullable HostPart reopen(String name, UploadState state, Entered entered)
      throws TransferException {
    try {
      return entered.folder().reopen(state.request().path(), state.part());
    } catch (HostException e) {
      if (e.reason() != HostException.Reason.NOT_FOUND) {
        throw Faults.of(e, what(state));
      }
    }
    UploadState now = known(name);
    if (now.receipt() != null) {
      return null;
    }
    if (now.publishing() == null) {
      save(name, now.ended("LOST"));
      throw gone("Its content is no longer there.");
    }
    save(name, now.finished(now.receiptOfPublished(), receiptExpiry()));
    return null;
  }

  private UploadState known(String name) throws TransferException {
    UploadState state;
    try {
      state = states.read(name).orElseThrow(ResumableFiles::unknown);
    } catch (IOException e) {
      throw failed(e);
    }
    if (state.ended() != null) {
      throw gone("It has ended: " + state.ended().toLowerCase(Locale.ROOT) + ".");
    }
    if (state.expires().isBefore(clock.instant())) {
      throw gone("It has expired.");
    }
    return state;
  }

  /** Removes what has expired, and forgets what ended long ago. */
  void sweep() {
    try {
      states.tidy(clock.instant());
      for (String name : states.names()) {
        new Expiry(this, folders, states, audit).look(name, clock.instant());
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("Expired uploads could not be removed; tried again soon", e);
    }
  }

  String boot() {
    return boot;
  }

  Limit limit(long announced) {
    return new Limit(rules.settings().maxUploadSize(), announced);
  }

  Instant expiry() {
    return expiry(rules);
  }

  Instant receiptExpiry() {
    return clock.instant().plus(RECEIPT_KEPT).truncatedTo(ChronoUnit.SECONDS);
  }

  private Instant expiry(Rules now) {
    return clock.instant().plus(now.expires()).truncatedTo(ChronoUnit.SECONDS);
  }

  void save(String name, UploadState state) throws TransferException {
    try {
      states.write(name, state);
    } catch (IOException e) {
      throw states.full()
          ? new TransferException(
              Reason.NO_SPACE,
              "The server's own disk is full, so nothing can be noted down about the upload. Ask the"
                  + " administrator to free some space there.",
              e)
          : failed(e);
    }
  }

  private void forget(String name) {
    try {
      states.delete(name);
    } catch (IOException e) {
      LOG.debug("A state stays until it expires", e);
    }
  }

  static String what(UploadState state) {
    return "Upload of " + Faults.quote(state.request().path());
  }

  private static TransferException unknown() {
    return new TransferException(Reason.NOT_FOUND, "There is no such upload. Begin a new one.");
  }

  private static TransferException gone(String why) {
    return new TransferException(Reason.GONE, "The upload is gone. " + why + " Begin a new one.");
  }

  static TransferException failed(IOException e) {
    return new TransferException(
        Reason.FAILED, "What is known of the upload could not be read or written. Try again.", e);
  }
}
