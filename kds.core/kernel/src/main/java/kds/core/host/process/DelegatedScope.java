package kds.core.host.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Groups in one transient scope that systemd delegates to the service, beside the service's own
 * unit: it is made once, outlives a restart of the service, and its inner order is the service's
 * own affair. So a program costs two folders and not a talk with systemd.
 *
 * <p>systemd removes a scope when nobody is in it, so a sleeping process holds it.
 */
final class DelegatedScope implements ControlGroups.Place {
  private static final Logger LOG = LoggerFactory.getLogger(DelegatedScope.class);
  private static final Path BOOTED = Path.of("/run/systemd/system");
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String KEEPER = "keeper";

  private final String unit;
  private volatile Path kept = Path.of("/nowhere");

  /** Groups in a scope of this name. */
  DelegatedScope(String name) {
    unit = name + ".scope";
  }

  /** Whether systemd runs this machine ({@code sd_booted(3)}). */
  static boolean isPossible() {
    return Files.isDirectory(BOOTED);
  }

  @Override
  public synchronized List<Hierarchy> establish() throws IOException {
    Optional<CgroupMap> living = living();
    CgroupMap scope = living.isPresent() ? living.get() : made();
    Path unified = unified(scope);
    kept = unified;
    List<Hierarchy> hierarchies = new ArrayList<>();
    hierarchies.add(new Hierarchy(unified, true, PidsController.enable(unified)));
    if (!hierarchies.getFirst().limits()) {
      scope
          .controller("pids")
          // Not there when systemd has no say over this controller, as in a container.
          .filter(Files::isDirectory)
          .filter(Files::isWritable)
          .map(pids -> new Hierarchy(pids, false, true))
          .ifPresent(hierarchies::add);
    }
    return hierarchies;
  }

  /** The scope that an earlier run of the service left, because programs live in it. */
  private Optional<CgroupMap> living() throws IOException {
    String group =
        Tool.run("systemctl", "show", "--property=ControlGroup", "--value", unit).strip();
    if (group.isEmpty()) {
      return Optional.empty();
    }
    CgroupMap scope = CgroupMap.at(group);
    Path unified = unified(scope);
    if (!Files.isDirectory(unified)) {
      return Optional.empty();
    }
    if (keepers(unified).isEmpty()) {
      room(scope, Tool.start("setsid", "sleep", "infinity").pid());
    }
    return Optional.of(scope);
  }

  private static List<Long> keepers(Path unified) throws IOException {
    Path procs = unified.resolve(KEEPER).resolve("cgroup.procs");
    return Files.exists(procs)
        ? Files.readAllLines(procs).stream().map(Long::parseLong).toList()
        : List.of();
  }

  private static Path unified(CgroupMap map) throws IOException {
    return map.unified()
        .orElseThrow(
            () ->
                new IOException(
                    "No cgroup v2 is mounted. Boot with systemd.unified_cgroup_hierarchy=1"));
  }

  /**
   * A group that passes controllers on must have no processes of its own, so the keeper gets one.
   */
  private static void room(CgroupMap scope, long pid) throws IOException {
    Path room = Files.createDirectories(unified(scope).resolve(KEEPER));
    Hierarchy.write(room.resolve("cgroup.procs"), Long.toString(pid));
  }

  private CgroupMap made() throws IOException {
    try {
      return made(List.of("--property=OOMPolicy=continue"));
    } catch (IOException e) {
      // systemd before 253 has no such property for scopes, and no such policy either.
      LOG.debug("Trying without OOMPolicy", e);
      return made(List.of());
    }
  }

  private CgroupMap made(List<String> properties) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "setsid",
                "systemd-run",
                "--scope",
                "--quiet",
                "--collect",
                "--unit=" + unit,
                "--description=Programs run by the Kasm Desktop Service",
                "--property=Delegate=pids",
                "--property=TasksMax=infinity"));
    words.addAll(properties);
    words.addAll(List.of("--", "sleep", "infinity"));
    Process process = Tool.start(words.toArray(String[]::new));
    Instant until = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(until)) {
      if (!process.isAlive()) {
        throw new IOException(
            "systemd made no scope for programs: "
                + new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      }
      CgroupMap map = CgroupMap.of(Long.toString(process.pid()));
      if (unified(map).endsWith(unit)) {
        room(map, process.pid());
        return map;
      }
      await(process);
    }
    process.destroyForcibly();
    throw new IOException(
        "systemd made no scope for programs within " + PATIENCE.toSeconds() + " s");
  }

  private static void await(Process process) throws IOException {
    try {
      process.waitFor(2, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new IOException("Interrupted while systemd made a scope", e);
    }
  }

  @Override
  public void leave() {
    try {
      // What else lives in the scope goes on, and holds it.
      for (long pid : keepers(kept)) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
    } catch (IOException e) {
      LOG.debug("{} is gone already", unit, e);
    }
  }
}
