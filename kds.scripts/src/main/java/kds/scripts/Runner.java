package kds.scripts;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import kds.api.host.HostCommand;
import kds.api.host.HostException;
import kds.api.host.HostExit;
import kds.api.host.HostProcess;
import kds.api.host.HostProcesses;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import kds.api.security.Audit;
import kds.api.security.AuditRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Runs one script from beginning to end, on the thread that calls. Thread-safe. */
final class Runner {
  /** Where the output of scripts goes. */
  static final String OUTPUT_LOGGER = "kds.scripts.output";

  private static final Logger LOG = LoggerFactory.getLogger(Runner.class);
  private static final Logger OUTPUT = LoggerFactory.getLogger(OUTPUT_LOGGER);

  private final HostProcesses processes;
  private final HostUsers users;
  private final Audit audit;
  private final Variables base;
  private final Runs runs;

  Runner(HostProcesses processes, HostUsers users, Audit audit, Variables base, Runs runs) {
    this.processes = processes;
    this.users = users;
    this.audit = audit;
    this.base = base;
    this.runs = runs;
  }

  /**
   * Runs it.
   *
   * @param stopped whether its session has ended meanwhile; asked again once the script runs, so
   *     that none slips through between the question and its start
   */
  ScriptRun run(Script script, Job job, Settings settings, BooleanSupplier stopped) {
    Consumer<String> log = logged(script.name(), job.kasmId());
    Run run = new Run(script.name(), job.kasmId(), new Output(job.secrets(), log));
    runs.begin(run);
    job.tell().accept(script.name() + " begins: run " + run.id());
    try {
      switch (script.standing()) {
        case EMPTY -> run.over(null, Outcome.DONE, script.why());
        case REFUSED -> run.over(null, Outcome.REFUSED, script.why());
        case GOOD -> execute(script, job, settings, run, stopped);
      }
    } catch (RuntimeException e) {
      LOG.error("Running {} failed", script.name(), e);
      run.over(null, Outcome.FAILED, "An error of the service: " + e);
    }
    ScriptRun done = runs.end(run, settings.keep());
    String summary = summary(done);
    log.accept(summary);
    job.tell().accept(script.name() + " " + summary + ": run " + run.id());
    record(script, job, done);
    return done;
  }

  /** What is told of a script whose turn does not come any more. */
  ScriptRun skipped(Script script, Job job, Settings settings) {
    Run run = new Run(script.name(), job.kasmId(), new Output(List.of(), _ -> {}));
    runs.begin(run);
    run.over(null, Outcome.ENDED, "Not begun: " + job.whyEnded() + " before its turn");
    return runs.end(run, settings.keep());
  }

  private void execute(
      Script script, Job job, Settings settings, Run run, BooleanSupplier stopped) {
    try {
      HostCommand command = command(script, job, settings, run);
      run.as(command.user().name());
      HostProcess process = processes.start(command);
      if (stopped.getAsBoolean()) {
        endEarly(process, command);
      }
      awaitEnd(process, command, job, run, stopped);
    } catch (HostException | IllegalArgumentException e) {
      run.over(null, Outcome.REFUSED, String.valueOf(e.getMessage()));
    }
  }

  private static void endEarly(HostProcess process, HostCommand command) {
    try {
      process.end(command.grace());
    } catch (HostException e) {
      LOG.error("{} could not be ended: {}", command.words(), e.getMessage());
    }
  }

  private HostCommand command(Script script, Job job, Settings settings, Run run)
      throws HostException {
    Header header = script.header();
    HostUser user = header.asSessionUser() ? job.user() : users.self();
    if (user == null) {
      throw new HostException(
          HostException.Reason.NOT_FOUND,
          script.file() + " asks to run as the session's user, but there is none known here");
    }
    Map<String, String> environment = new HashMap<>(base.base(user));
    environment.putAll(job.variables());
    Duration limit = header.timeout() == null ? settings.timeout() : header.timeout();
    return new HostCommand(
        List.of(script.file().toString()),
        environment,
        user,
        header.asSessionUser() ? user.home() : Path.of("/"),
        run.group(),
        limit,
        settings.grace(),
        settings.maxTasks(),
        run.output());
  }

  private void awaitEnd(
      HostProcess process, HostCommand command, Job job, Run run, BooleanSupplier stopped) {
    HostExit exit;
    try {
      exit = process.exit().toCompletableFuture().get();
    } catch (ExecutionException e) {
      run.output().flush();
      run.over(null, Outcome.UNKNOWN, "Its end was not seen: " + e.getCause().getMessage());
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      run.over(null, Outcome.UNKNOWN, "The service stopped while it ran");
      return;
    }
    run.output().flush();
    boolean good = exit.cause() == HostExit.Cause.ITSELF && exit.code() == 0;
    String trouble = "";
    try {
      if (good && job.heirs() != null) {
        process.handOver(job.heirs());
      } else {
        process.end(command.grace());
      }
    } catch (HostException e) {
      LOG.error("What {} left could not be taken care of: {}", command.words(), e.getMessage());
      trouble = " " + e.getMessage();
    }
    // One that was ended just as it started is told as if a signal had come from elsewhere.
    boolean asked = exit.code() > 128 && stopped.getAsBoolean();
    HostExit.Cause cause = asked ? HostExit.Cause.ENDED : exit.cause();
    result(cause, exit, command, job, run, trouble);
  }

  private static void result(
      HostExit.Cause cause, HostExit exit, HostCommand command, Job job, Run run, String trouble) {
    switch (cause) {
      case LIMIT ->
          run.over(
              exit.code(),
              Outcome.TIMED_OUT,
              "It took longer than its limit of "
                  + words(command.limit())
                  + " and was ended. Give it more in its header: # kds: timeout=10m."
                  + trouble);
      case ENDED ->
          run.over(
              exit.code(),
              Outcome.ENDED,
              "It was ended: " + job.whyEnded() + " before it had finished." + trouble);
      case ITSELF -> {
        if (exit.code() == 0) {
          run.over(0, Outcome.DONE, trouble.strip());
        } else {
          run.over(
              exit.code(), Outcome.FAILED, "It ended with " + code(exit.code()) + "." + trouble);
        }
      }
    }
  }

  private static String code(int code) {
    return switch (code) {
      case 126 -> "exit code 126: something it calls cannot be executed";
      case 127 -> "exit code 127: something it calls is not there";
      default ->
          code > 128 ? "exit code " + code + ": signal " + (code - 128) : "exit code " + code;
    };
  }

  private static String words(Duration duration) {
    return duration.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
  }

  private static String summary(ScriptRun done) {
    String took = done.took() == null ? "" : " after " + done.took().toMillis() + " ms";
    String code = done.exitCode() == null ? "" : ", exit code " + done.exitCode();
    String why = done.message().isEmpty() ? "" : ": " + done.message();
    return "ended: " + done.outcome() + took + code + ", " + done.outputBytes() + " bytes" + why;
  }

  private static Consumer<String> logged(
      String script, @org.jspecify.annotations.Nullable String kasmId) {
    String start = script + ": ";
    return line -> {
      if (kasmId == null) {
        OUTPUT.info(start.concat(line));
        return;
      }
      String before = MDC.get("session");
      MDC.put("session", kasmId);
      try {
        OUTPUT.info(start.concat(line));
      } finally {
        if (before == null) {
          MDC.remove("session");
        } else {
          MDC.put("session", before);
        }
      }
    };
  }

  private void record(Script script, Job job, ScriptRun done) {
    Map<String, String> details = new HashMap<>();
    details.put("outcome", done.outcome().name());
    details.put("run", done.id());
    details.put("user", script.header().asSessionUser() ? "session" : "service");
    if (done.exitCode() != null) {
      details.put("exit", Integer.toString(done.exitCode()));
    }
    AuditRecord.Outcome outcome =
        switch (done.outcome()) {
          case DONE -> AuditRecord.Outcome.DONE;
          case REFUSED -> AuditRecord.Outcome.REFUSED;
          default -> AuditRecord.Outcome.FAILED;
        };
    audit.record(
        new AuditRecord(
            "kds.scripts", "script.run", script.file().toString(), outcome, job.kasmId(), details));
  }
}
