package kds.storage.transfer;

import java.time.Clock;
import kds.api.host.HostFiles;
import kds.api.host.HostUsers;
import kds.api.host.StateFiles;
import kds.api.security.Audit;
import kds.api.session.Session;
import kds.api.session.SessionContext;
import kds.api.session.SessionStep;
import kds.api.session.StepResult;
import kds.api.transfer.TransferException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a session's unfinished uploads with it, so that their space is free at once: nobody can go
 * on with them. It needs no configuration, and does so also while transfers are switched off.
 */
@Component(service = SessionStep.class, immediate = true)
public final class SessionUploads implements SessionStep {
  /** Why they have ended. */
  static final String ENDED = "SESSION_ENDED";

  private static final Logger LOG = LoggerFactory.getLogger(SessionUploads.class);

  private final Ledger ledger;
  private final Removal removal;

  /** Made by Declarative Services. */
  @Activate
  public SessionUploads(
      @Reference HostUsers users,
      @Reference HostFiles files,
      @Reference StateFiles states,
      @Reference Audit audit) {
    this(
        new Folders(users, files),
        new Ledger(UploadStates.of(states), Clock.systemUTC(), states.boot()),
        audit);
  }

  SessionUploads(Folders folders, Ledger ledger, Audit audit) {
    this.ledger = ledger;
    this.removal = new Removal(folders, ledger, audit);
  }

  @Override
  public String name() {
    return "uploads";
  }

  @Override
  public int order() {
    return 900;
  }

  /** Before the profile is saved, and before the account and its home go. */
  @Override
  public int endOrder() {
    return 250;
  }

  @Override
  public StepResult start(SessionContext context) {
    return StepResult.skipped("The user begins uploads");
  }

  @Override
  public StepResult end(SessionContext context) throws Exception {
    String kasmId = context.request().session().kasmId();
    int ended = 0;
    int failed = 0;
    for (String name : ledger.names()) {
      try {
        UploadState state = ledger.find(name).orElse(null);
        if (state != null && isOf(state, kasmId) && !state.isOver()) {
          ended += removal.remove(name, state, ENDED, now -> true) ? 1 : 0;
        }
      } catch (TransferException e) {
        LOG.warn("An unfinished upload of session {} stays until it expires", kasmId, e);
        failed++;
      }
    }
    if (failed > 0) {
      return StepResult.failed(
          failed + " unfinished uploads could not be removed; it is tried again soon");
    }
    return ended == 0
        ? StepResult.skipped("There are no unfinished uploads")
        : StepResult.done(ended + " unfinished uploads were removed");
  }

  private static boolean isOf(UploadState state, String kasmId) {
    Session session = state.caller().session();
    return session != null && session.kasmId().equals(kasmId);
  }
}
