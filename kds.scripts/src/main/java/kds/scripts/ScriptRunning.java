package kds.scripts;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import kds.api.capability.Capability;
import kds.api.host.HostException;
import kds.api.host.HostProcesses;
import kds.api.host.HostUsers;
import kds.api.host.OperatorFiles;
import kds.api.host.StateFiles;
import kds.api.host.TrustedFiles;
import kds.api.script.FolderRun;
import kds.api.script.RunListener;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import kds.api.script.Scripts;
import kds.api.security.Audit;
import kds.api.session.SessionContext;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs scripts. Each call keeps the settings it began with.
 *
 * <p>Immediate, or it would be made anew for every call that takes and returns the service.
 */
@Component(
    service = Scripts.class,
    immediate = true,
    configurationPid = ScriptsConfig.PID,
    property = Capability.PROPERTY + "=" + Scripts.CAPABILITY)
@SatisfyingConditionTarget("(osgi.condition.id=kds.scripts)")
@Designate(ocd = ScriptsConfig.class)
public final class ScriptRunning implements Scripts {
  private static final Logger LOG = LoggerFactory.getLogger(ScriptRunning.class);
  private static final String BUILTIN = "builtin";

  /** Built-ins of a session's end: nothing of them lives on. */
  private static final Set<String> OF_THE_END =
      Set.of("save_persistent_profile.sh", "unmap_storage.sh", "logoff_user.sh");

  private final Shelf shelf;
  private final Runs runs;
  private final Runner runner;
  private final HostProcesses processes;
  private final Aftermath aftermath;
  private final Set<Turns> turns = ConcurrentHashMap.newKeySet();
  private final Set<CompletableFuture<?>> going = ConcurrentHashMap.newKeySet();
  private final Executor threads = Thread.ofVirtual().name("kds-script-", 0)::start;
  private final Supplier<Settings.Api> api;
  private final BooleanSupplier stopping;
  private volatile Settings settings;

  /**
   * Made by Declarative Services.
   *
   * @throws IllegalArgumentException when the configuration cannot be read
   */
  @Activate
  public ScriptRunning(
      BundleContext context,
      @Reference HostProcesses processes,
      @Reference HostUsers users,
      @Reference TrustedFiles trusted,
      @Reference OperatorFiles files,
      @Reference Audit audit,
      @Reference StateFiles states,
      @Reference ApiAddress api,
      ScriptsConfig config) {
    this(
        processes,
        users,
        new Shelf(trusted, files),
        audit,
        new Variables(
            tools(context.getProperty("kds.bundle")), socket(context.getProperty("kds.run"))),
        new Runs(
            new RunStore(states, ServiceLife.mark(), context.getBundle().getBundleId()),
            Elders.of(context)),
        new Aftermath(states, ServiceLife.mark(), processes, Settings.of(config).grace()),
        () -> context.getBundle(0).getState() == Bundle.STOPPING,
        api::now,
        Settings.of(config));
  }

  ScriptRunning(
      HostProcesses processes,
      HostUsers users,
      Shelf shelf,
      Audit audit,
      Variables base,
      Runs runs,
      Aftermath aftermath,
      BooleanSupplier stopping,
      Supplier<Settings.Api> api,
      Settings settings) {
    this.api = api;
    this.runs = runs;
    this.aftermath = aftermath;
    this.stopping = stopping;
    this.processes = processes;
    this.settings = settings;
    this.shelf = shelf;
    runner = new Runner(processes, users, audit, base, runs);
  }

  /** Ends what an earlier life of the service left, before anything else runs. */
  @Activate
  void begin() {
    aftermath.begin();
  }

  private static @Nullable Path tools(@Nullable String bundles) {
    return bundles == null ? null : Path.of(bundles).resolveSibling("bin");
  }

  private static @Nullable Path socket(@Nullable String run) {
    return run == null ? null : Path.of(run, "admin.sock");
  }

  @Modified
  void configure(ScriptsConfig config) {
    try {
      settings = Settings.of(config);
      LOG.debug("Scripts now follow {}", settings);
    } catch (IllegalArgumentException e) {
      LOG.error("The settings of scripts stay as they were. {}", e.getMessage());
    }
  }

  @Override
  public CompletionStage<ScriptRun> builtin(
      String name, SessionContext context, Map<String, String> variables) {
    Settings now = settings;
    Job job = Job.of(BUILTIN, context, variables, !OF_THE_END.contains(name), api.get());
    Turns own = turns(job);
    return leaving(
        own,
        going(
            CompletableFuture.supplyAsync(
                () -> {
                  aftermath.await();
                  Optional<Script> script =
                      name.contains("/")
                          ? Optional.empty()
                          : shelf.one(now.scripts(), BUILTIN, name);
                  return script.isPresent()
                      ? own.take(script.get(), job, now, runner)
                      : absent(name, job, now);
                },
                threads)));
  }

  /** Known before the call returns, so that an end that comes right after it finds them. */
  private Turns turns(Job job) {
    Turns own = new Turns(job.kasmId(), stopping);
    turns.add(own);
    return own;
  }

  private <T> CompletableFuture<T> leaving(Turns own, CompletableFuture<T> all) {
    all.whenComplete(
        (_, _) -> {
          turns.remove(own);
          own.done();
        });
    return all;
  }

  private static ScriptRun absent(String name, Job job, Settings now) {
    LOG.debug("There is no {} in {}, so its step is off", name, now.scripts().resolve(BUILTIN));
    Run run = new Run(BUILTIN + "/" + name, job.kasmId(), new Output(List.of(), _ -> {}));
    run.over(null, Outcome.DONE, "There is no " + now.scripts().resolve(BUILTIN).resolve(name));
    return run.brief();
  }

  @Override
  public FolderRun folder(String folder, @Nullable SessionContext context) {
    Settings now = settings;
    Job job = Job.of(folder, context, Map.of(), !folder.equals(Job.SESSION_END), api.get());
    Turns own = turns(job);
    // The folder is on a disk that may be slow: nothing here may block.
    CompletableFuture<FolderRun> begun =
        CompletableFuture.supplyAsync(() -> begin(folder, job, now, own), threads);
    return new FolderRun(
        begun.thenCompose(FolderRun::waited),
        leaving(own, going(begun.thenCompose(FolderRun::all))));
  }

  private <T> CompletableFuture<T> going(CompletableFuture<T> future) {
    going.add(future);
    future.whenComplete((_, _) -> going.remove(future));
    return future;
  }

  private FolderRun begin(String folder, Job job, Settings now, Turns own) {
    aftermath.await();
    Order order = Order.of(shelf.folder(now.scripts(), folder));
    order.complaints().forEach(complaint -> LOG.warn("{}: {}", folder, complaint));
    boolean waits = !folder.equals(Variables.SESSION_START) || now.waitAtStart();
    Predicate<Script> waited =
        script -> script.header().waits() == null ? waits : script.header().waits();
    return Lanes.begin(
        order.scripts(), waited, threads, script -> own.take(script, job, now, runner));
  }

  @Override
  public CompletionStage<Void> end(String kasmId) {
    Settings now = settings;
    List<Turns> running = turns.stream().filter(each -> each.areOf(kasmId)).toList();
    running.forEach(Turns::stop);
    return CompletableFuture.runAsync(
        () -> {
          aftermath.await();
          try {
            String ours = Run.groupsOf(kasmId);
            List<String> groups =
                processes.groups().stream().filter(each -> each.startsWith(ours)).toList();
            Farewell.to(processes, groups, now.grace());
            awaitStarting(running, kasmId, now);
          } catch (HostException e) {
            LOG.error("Scripts of session {} could not be ended: {}", kasmId, e.getMessage());
            throw new CompletionException(e);
          }
        },
        threads);
  }

  /**
   * One that was just being started had no group yet that could be ended; it is ended once it has
   * one, and whoever asked for the end relies on nobody being at work.
   */
  private static void awaitStarting(List<Turns> running, String kasmId, Settings now) {
    try {
      if (!Turns.awaitDone(running, now.grace().plus(Farewell.KILLING))) {
        LOG.warn("A script of session {} is still not ended", kasmId);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * When the service stops, so do scripts: without it nobody looks at their limits. That takes as
   * long as the slowest of them takes to obey, ten seconds at most. A bundle that is replaced or
   * switched off has none left, and nothing is waited for.
   */
  @Deactivate
  void leave() {
    if (stopping.getAsBoolean()) {
      turns.forEach(Turns::stop);
      Farewell.to(processes, settings.grace());
      Farewell.awaitLastWords(going);
    }
  }

  @Override
  public List<ScriptRun> runs(Optional<String> kasmId, int most) {
    return runs.list(kasmId, most);
  }

  @Override
  public Optional<ScriptRun> run(String runId) {
    return runs.find(runId);
  }

  @Override
  public AutoCloseable follow(String runId, RunListener listener) {
    return runs.follow(runId, listener);
  }
}
