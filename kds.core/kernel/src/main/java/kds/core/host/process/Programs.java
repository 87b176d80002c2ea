package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import kds.api.host.HostCommand;
import kds.api.host.HostException;
import kds.api.host.HostProcess;
import kds.api.host.HostProcesses;
import kds.core.host.linux.Descriptors;
import kds.core.host.linux.FailedCall;
import kds.core.host.linux.Image;
import kds.core.host.linux.Processes;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Runs programs on this machine. */
@Component(service = {HostProcesses.class, Programs.class})
public final class Programs implements HostProcesses {
  private static final Duration SWEEP = Duration.ofSeconds(10);
  // What a log-in gives. The service itself has many more, and some programs close each one.
  private static final long DESCRIPTORS = 1024;

  private final String name;
  private final GroupsFinder finder;
  private final Watch watch;
  private final Timers timers = new Timers();
  private final Buffers buffers = new Buffers();
  private final Spawners spawners;
  private final Identity identity;
  private final Set<Program> programs = ConcurrentHashMap.newKeySet();

  /** Made by the framework. */
  @Activate
  public Programs(BundleContext context) throws IOException {
    this(
        GroupsFinder.name(context.getProperty("kds.state")),
        GroupsFinder.Kind.BEST,
        Optional.ofNullable(context.getProperty("kds.run")).orElse("/run"));
  }

  Programs(String name, GroupsFinder.Kind kind, String folder) throws IOException {
    this.name = name;
    finder = new GroupsFinder(name, kind);
    identity = Identity.ofService();
    watch = new Watch();
    spawners = new Spawners(name, Path.of(folder));
  }

  @Activate
  void begin() throws IOException {
    watch.start();
    Strays.end(name);
    timers.every(SWEEP, () -> finder.found().ifPresent(GroupSupervisor::sweep));
  }

  @Deactivate
  void leave() {
    timers.close();
    spawners.close();
    watch.close();
    programs.forEach(Program::abandon);
    finder.found().ifPresent(supervisor -> supervisor.groups().close());
  }

  /** What ends of processes are awaited with. */
  Watch watch() {
    return watch;
  }

  boolean isRoot() {
    return identity.uid() == 0;
  }

  GroupSupervisor supervisor() throws IOException {
    return finder.supervisor();
  }

  /** What groups can do here, once any was asked for. */
  Groups.Standing standing() throws IOException {
    return finder.supervisor().groups().standing();
  }

  @Override
  public HostProcess start(HostCommand command) throws HostException {
    CommandCheck.check(command);
    Identity.Entry entry = identity.enter(command);
    try {
      return start(command, entry, finder.supervisor());
    } catch (FailedCall e) {
      throw CommandCheck.refused(command, e);
    } catch (IOException e) {
      throw CommandCheck.failed("starting " + command.words().getFirst(), e);
    }
  }

  private Program start(HostCommand command, Identity.Entry entry, GroupSupervisor supervisor)
      throws IOException {
    Descriptors.Pipe out = Descriptors.pipe();
    Descriptors.Pipe err = pipe(out);
    boolean reading = true;
    try {
      own(command, out, err);
      Image image =
          new Image(
              entry.words(),
              environment(command, supervisor.groups()),
              entry.directory(),
              out.writing(),
              err.writing());
      Program program = born(command, image, supervisor);
      reading = false;
      programs.add(program);
      program.exit().whenComplete((exit, failure) -> programs.remove(program));
      program.follow(watch, buffers, out.reading(), err.reading());
      return program;
    } finally {
      Descriptors.close(out.writing());
      Descriptors.close(err.writing());
      if (reading) {
        Descriptors.close(out.reading());
        Descriptors.close(err.reading());
      }
    }
  }

  private static Descriptors.Pipe pipe(Descriptors.Pipe first) throws IOException {
    try {
      return Descriptors.pipe();
    } catch (IOException e) {
      Descriptors.close(first.reading());
      Descriptors.close(first.writing());
      throw e;
    }
  }

  /** The pipes belong to the user, or his programs could not open /dev/stderr. */
  private void own(HostCommand command, Descriptors.Pipe... pipes) throws IOException {
    if (identity.uid() == 0 && command.user().uid() != 0) {
      for (Descriptors.Pipe pipe : pipes) {
        Descriptors.chown(pipe.writing(), command.user().uid(), command.user().gid());
      }
    }
  }

  private Program born(HostCommand command, Image image, GroupSupervisor supervisor)
      throws IOException {
    String group = command.group();
    AtomicInteger pidfd = new AtomicInteger(-1);
    Lock lock = supervisor.lock(group);
    lock.lock();
    try {
      supervisor.groups().create(group, command.maxTasks());
      long pid =
          spawners.spawn(
              image,
              child -> {
                pidfd.set(Processes.pidfd(child));
                supervisor.groups().admit(group, child);
                Processes.descriptors(child, DESCRIPTORS);
              });
      return new Program(command, pid, pidfd.get(), supervisor, timers);
    } catch (IOException | RuntimeException e) {
      if (pidfd.get() >= 0) {
        Descriptors.close(pidfd.get());
      }
      supervisor.removeIfEmpty(group);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private static List<String> environment(HostCommand command, Groups groups) {
    Map<String, String> all = new HashMap<>(command.environment());
    all.putAll(groups.marks(command.group()));
    List<String> lines = new ArrayList<>();
    all.forEach((name, value) -> lines.add(name + "=" + value));
    return lines;
  }

  @Override
  public List<String> groups() throws HostException {
    try {
      return finder.supervisor().living();
    } catch (IOException e) {
      throw CommandCheck.failed("looking for groups", e);
    }
  }

  @Override
  public void end(String group, Duration grace) throws HostException {
    CommandCheck.group(group);
    programs.stream().filter(each -> each.group().equals(group)).forEach(Program::endIsAsked);
    try {
      finder.supervisor().end(group, grace);
    } catch (IOException e) {
      throw CommandCheck.failed("ending " + group, e);
    }
  }
}
