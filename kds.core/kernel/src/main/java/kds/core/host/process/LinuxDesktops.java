package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import kds.api.host.HostDesktopEnd;
import kds.api.host.HostDesktops;
import kds.api.host.HostException;
import kds.api.host.HostUser;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends desktops on this machine. */
@Component
public final class LinuxDesktops implements HostDesktops {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxDesktops.class);

  /** How long killed processes may take to vanish; only one stuck in the kernel takes longer. */
  private static final Duration KILLING = Duration.ofSeconds(3);

  private final Programs programs;
  private final LogIns logIns;
  private final Path temporary;

  /** Made by the framework. */
  @Activate
  public LinuxDesktops(@Reference Programs programs) {
    this(programs, LogIns.ofThisMachine(), Path.of("/tmp"));
  }

  LinuxDesktops(Programs programs, LogIns logIns, Path temporary) {
    this.programs = programs;
    this.logIns = logIns;
    this.temporary = temporary;
  }

  @Override
  public HostDesktopEnd end(HostUser user, Duration grace) throws HostException {
    check(user);
    DesktopMembers members = new DesktopMembers(user, temporary);
    DesktopRemains remains = new DesktopRemains(programs, user);
    List<String> left = new ArrayList<>();
    try (DesktopEnding ending = new DesktopEnding(members, programs.watch())) {
      ending.ask(members::isManager, grace);
      ending.ask(each -> !members.isServer(each), grace);
      ending.ask(members::isServer, grace);
      closeLogIns(user, left);
      kill(user, ending, remains);
      remains.detachDeadMounts().ifPresent(left::add);
      remains.remove(members.traces()).ifPresent(left::add);
      return new HostDesktopEnd(ending.count(), ending.killed(), left);
    } catch (IOException e) {
      throw CommandCheck.failed("ending the desktop of " + user.name(), e);
    }
  }

  private void check(HostUser user) throws HostException {
    if (user.uid() == 0 || user.isSystemAccount()) {
      throw new HostException(
          HostException.Reason.SYSTEM_ACCOUNT,
          user.name() + " is one of the system's own accounts; its programs are never ended");
    }
    if (!programs.isRoot()) {
      throw new HostException(
          HostException.Reason.UNPRIVILEGED,
          "Only root can end the desktop of " + user.name() + ". Start the service as root.");
    }
  }

  private void closeLogIns(HostUser user, List<String> left) {
    try {
      logIns.close(user.uid());
    } catch (IOException e) {
      LOG.warn("The log-in sessions of {} could not be closed", user.name(), e);
      left.add("His log-in sessions could not be closed: " + e.getMessage() + ".");
    }
  }

  private static void kill(HostUser user, DesktopEnding ending, DesktopRemains remains)
      throws IOException, HostException {
    boolean over = ending.kill(KILLING);
    if (!over) {
      LOG.warn("Programs of {} outlive or outnumber their killing; all are killed", user.name());
      remains.killAll();
      over = ending.kill(KILLING);
    }
    Set<String> stuck = over ? Set.of() : ending.left();
    if (!stuck.isEmpty()) {
      throw new HostException(
          HostException.Reason.TIMEOUT,
          "Processes of "
              + user.name()
              + " were killed but do not end: "
              + String.join(", ", stuck)
              + ". They are stuck in the kernel, as on a dead network file system; see their state"
              + " with ps -o stat,wchan,cmd.");
    }
  }
}
