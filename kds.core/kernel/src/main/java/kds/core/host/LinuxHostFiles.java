package kds.core.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFiles;
import kds.api.host.HostFolder;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.FileCalls;
import kds.core.host.linux.FileStatus;
import kds.core.host.linux.Flags;
import kds.core.host.linux.Identity;
import kds.core.host.linux.Powers;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files by Linux's own means: {@code openat2} below a folder held open, on a thread that has the
 * user's identity for just that call. Without root's privilege only the service's own account can
 * be entered, and nothing changes identity.
 */
@Component(service = HostFiles.class, immediate = true)
public final class LinuxHostFiles implements HostFiles {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxHostFiles.class);

  private static final byte[] ROOT = {'/'};

  private final HostUsers users;
  private final Names names;
  private final Workers workers;
  private final Leftovers leftovers;
  private final KeptFiles kept;
  private final AtOnce atOnce;
  private final Powers powers = Powers.ofThisProcess();

  /** Finds out what the service may do. */
  @Activate
  public LinuxHostFiles(@Reference HostUsers users, @Reference Names names) {
    this(users, names, new Workers(false));
  }

  LinuxHostFiles(HostUsers users, Names names, Workers workers) {
    this.users = users;
    this.names = names;
    this.workers = workers;
    this.leftovers = new Leftovers(workers);
    this.kept = new KeptFiles(workers);
    this.atOnce = new AtOnce(workers);
  }

  @Activate
  void start() throws HostException {
    int fd =
        workers.<Integer>open(
            FileCalls.uid(),
            List.of(),
            thread ->
                (int)
                    thread.as(
                        null, os -> os.open(Flags.AT_FDCWD, ROOT, Flags.ANCHOR, 0, Flags.TRUSTED)));
    if (fd < 0) {
      throw Failures.of(fd, "open / by openat2, which needs Linux 5.6 or newer and no seccomp ban");
    }
    new Descriptor(fd).close();
    if (!powers.actsForOthers()) {
      LOG.info(
          "Files are entered as uid {} only: acting for other users needs root", FileCalls.uid());
    } else if (powers.ignoresQuota()) {
      LOG.warn(
          "Users' disk quotas do not bind uploads, as the service has CAP_SYS_RESOURCE; start it"
              + " without (setpriv --bounding-set=-sys_resource, or systemd's"
              + " CapabilityBoundingSet=~CAP_SYS_RESOURCE)");
    }
  }

  @Deactivate
  void stop() {
    workers.stop();
  }

  @Override
  public HostFolder enterHome(HostUser user, String name, boolean create) throws HostException {
    byte[] folder = RelativePath.name(name);
    Path path = user.home().resolve(name);
    Terms terms = Terms.home(path, identity(user), user.uid(), user.name());
    String home = user.home().toString();
    Walk walk = new Walk(terms);
    Descriptor entered =
        workers.open(
            user.uid(),
            List.of(),
            thread -> {
              try (Descriptor above = walk.anchor(thread, home)) {
                return walk.own(thread, above, folder, create);
              }
            });
    return new OpenFolder(entered, terms, workers, names, leftovers, kept, atOnce);
  }

  @Override
  public HostFolder enterShared(Path folder) throws HostException {
    if (!folder.isAbsolute()) {
      throw new HostException(
          Reason.UNSAFE_PATH, "The shared folder " + folder + " must be an absolute path");
    }
    long uid = FileCalls.uid();
    Terms terms = Terms.shared(folder, uid, users.self().name());
    Descriptor known = atOnce.enter(folder);
    Walk walk = new Walk(terms);
    Descriptor entered =
        known != null
            ? known
            : workers.open(uid, List.of(), thread -> walk.anchor(thread, folder.toString()));
    return new OpenFolder(entered, terms, workers, names, leftovers, kept, atOnce);
  }

  @Override
  public Optional<String> homeIdentity(HostUser user) throws HostException {
    String path = user.home().toString();
    Walk walk = new Walk(Terms.home(user.home(), identity(user), user.uid(), user.name()));
    FileStatus home =
        workers.open(
            user.uid(),
            List.of(),
            thread -> {
              try (Descriptor folder = walk.anchor(thread, path)) {
                return walk.look(thread, folder);
              }
            });
    return home.birthKnown() ? Optional.of(identity(home)) : Optional.empty();
  }

  /** Not by the device's number, which may be another one after a restart of the machine. */
  private static String identity(FileStatus folder) {
    return Long.toHexString(folder.inode())
        + "-"
        + Long.toHexString(folder.created().getEpochSecond())
        + "-"
        + Integer.toHexString(folder.created().getNano());
  }

  /** As whom to act for a user; null when the service is that user. */
  private @Nullable Identity identity(HostUser user) throws HostException {
    if (user.uid() == FileCalls.uid()) {
      return null;
    }
    if (user.isSystemAccount()) {
      throw new HostException(
          Reason.SYSTEM_ACCOUNT,
          "%s (uid %d) is one of the system's accounts, which are never acted for"
              .formatted(user.name(), user.uid()));
    }
    if (!powers.actsForOthers()) {
      throw new HostException(
          Reason.UNPRIVILEGED,
          "The service runs as uid %d and cannot act for %s; run it as root to serve other users"
              .formatted(FileCalls.uid(), user.name()));
    }
    return Identity.of(user);
  }
}
