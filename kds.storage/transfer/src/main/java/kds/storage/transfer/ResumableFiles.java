package kds.storage.transfer;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import kds.api.capability.Capability;
import kds.api.host.HostFiles;
import kds.api.host.HostPart;
import kds.api.host.HostUsers;
import kds.api.host.StateFiles;
import kds.api.security.Audit;
import kds.api.security.Caller;
import kds.api.session.Session;
import kds.api.session.SessionReport;
import kds.api.session.Sessions;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.ResumableUploads;
import kds.api.transfer.Traffic;
import kds.api.transfer.TransferException;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadTicket;
import kds.storage.transfer.Folders.Entered;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
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

  /** Beside what a part's hidden file lies; it never gets a name. */
  private static final String PART = "part";

  /** The first time soon: what expired while the service was down is there already. */
  private static final Duration SWEEP_FIRST = Duration.ofSeconds(10);

  private static final Duration SWEEP_EVERY = Duration.ofMinutes(5);

  private final Folders folders;
  private final Traffic traffic;
  private final Inspectors inspectors;
  private final Audit audit;
  private final Ledger ledger;
  private final Allowance allowance;
  private final ScheduledExecutorService sweeper;
  private volatile Rules rules;

  /** Who knows which sessions are over; not there while the kernel starts. */
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  volatile @Nullable Sessions sessions;

  /**
   * Made by Declarative Services.
   *
   * @throws IllegalArgumentException when the configuration cannot be read
   */
  @Activate
  public ResumableFiles(
      @Reference StateFiles states,
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
        new Ledger(UploadStates.of(states), Clock.systemUTC(), states.boot()),
        config);
  }

  ResumableFiles(
      Folders folders,
      Traffic traffic,
      Inspectors inspectors,
      Audit audit,
      Ledger ledger,
      TransferConfig config) {
    this.folders = folders;
    this.traffic = traffic;
    this.inspectors = inspectors;
    this.audit = audit;
    this.ledger = ledger;
    this.allowance = new Allowance(ledger);
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
    return begin(caller, request, new Beginner.Kind(UploadStates.newKey(), metadata, false));
  }

  @Override
  public UploadTicket createPart(Caller caller, long size, String metadata)
      throws TransferException {
    return begin(
        caller,
        new UploadRequest(PART, size, UploadRequest.OnConflict.RENAME, false, false, true),
        new Beginner.Kind(UploadStates.newKey(), metadata, true));
  }

  private UploadTicket begin(Caller caller, UploadRequest request, Beginner.Kind kind)
      throws TransferException {
    return new Beginner(folders, ledger, allowance, audit, admission())
        .begin(caller, request, kind);
  }

  @Override
  public UploadTicket join(Caller caller, UploadRequest request, String metadata, List<String> keys)
      throws TransferException {
    Joining.Uploads here =
        new Joining.Uploads() {
          @Override
          public UploadTicket begin(Caller who, UploadRequest whole, String key)
              throws TransferException {
            return ResumableFiles.this.begin(who, whole, new Beginner.Kind(key, "", false));
          }

          @Override
          public OpenResumable open(String key) throws TransferException {
            return resume(key);
          }
        };
    return new Joining(here, ledger, new Removal(folders, ledger, audit))
        .join(caller, request, metadata, keys);
  }

  /** What uploads have to keep to from now on. */
  private Admission admission() {
    return new Admission(traffic, inspectors, rules);
  }

  @Override
  public OpenResumable resume(String key) throws TransferException {
    SessionFiles.requireAllowed(rules.settings().allowUpload(), "Uploads");
    String name = UploadStates.name(key).orElseThrow(Ledger::unknown);
    UploadState state = ledger.known(name);
    if (state.receipt() != null) {
      return upload(name, new Reopening.Found(state, null), null);
    }
    Entered entered = folders.enterAgain(state.place(), state.owner());
    HostPart part = null;
    boolean begun = false;
    try {
      Reopening.Found found = new Reopening(ledger).reopen(name, state, entered);
      part = found.part();
      ledger.requireGoing(found.state());
      OpenResumable open = upload(name, found, entered);
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

  private OpenResumable upload(String name, Reopening.Found found, @Nullable Entered entered) {
    UploadState state = found.state();
    return new OpenResumable(
        ledger,
        this::admission,
        new Noted(ledger, name, state, found.part()),
        Trail.ofUpload(audit, state.caller(), state.request().path()),
        entered,
        found.part());
  }

  /** Removes what has expired or whose session is over, and forgets what ended long ago. */
  void sweep() {
    try {
      Removal removal = new Removal(folders, ledger, audit);
      new Sweep(ledger, removal, this::isOrphaned, Sweep.MOST_OVER).run();
    } catch (IOException | RuntimeException e) {
      LOG.warn("Expired uploads could not be removed; tried again soon", e);
    }
  }

  /** One that was begun while its session was being ended. */
  private boolean isOrphaned(UploadState state) {
    Sessions all = sessions;
    Session session = state.caller().session();
    if (all == null || session == null) {
      return false;
    }
    Optional<SessionReport> known = all.find(session.kasmId());
    return known.isPresent() && known.get().state() == SessionReport.State.ENDED;
  }
}
