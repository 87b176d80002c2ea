package kds.run.it.addon;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import kds.api.host.HostCommand;
import kds.api.host.HostException;
import kds.api.host.HostOutput;
import kds.api.host.HostProcess;
import kds.api.host.HostProcesses;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import kds.api.session.SessionContext;
import kds.api.session.SessionStep;
import kds.api.session.StepResult;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * A session step as an operator might write one: gives each user a scratch space in memory for as
 * long as he has a session.
 *
 * <p>It keeps nothing in fields: whether the space is there is asked of the machine each time. So
 * it does not matter whether the service was killed in between, or this bundle replaced.
 */
@Component
public final class Scratch implements SessionStep {
  private static final Path SPACES = Path.of("/run/acme-scratch");
  private static final int MOST_SAID = 1000;

  private final HostProcesses processes;
  private final HostUsers users;

  /** Called by the service component runtime, as soon as there are both services. */
  @Activate
  public Scratch(@Reference HostProcesses processes, @Reference HostUsers users) {
    this.processes = processes;
    this.users = users;
  }

  @Override
  public String name() {
    return "acme.scratch";
  }

  /** Where storage is mounted: after profile (300), before the operator's scripts (500). */
  @Override
  public int order() {
    return 400;
  }

  /** Where storage is unmounted: after the desktop (200) and the profile (300), which use it. */
  @Override
  public int endOrder() {
    return 400;
  }

  /** One space serves all sessions of a user, so the engine ends it with the last of them. */
  @Override
  public boolean lastSessionOnly() {
    return true;
  }

  @Override
  public boolean needsUser() {
    return true;
  }

  @Override
  public Duration limit() {
    return Duration.ofSeconds(30);
  }

  @Override
  public StepResult start(SessionContext context) throws Exception {
    HostUser user = context.user().orElseThrow();
    String space = space(user);
    if (isMounted(user)) {
      return StepResult.done(space + " is there already");
    }
    String options =
        "X-mount.mkdir=0755,nosuid,nodev,size=64m,mode=0700,uid=%d,gid=%d"
            .formatted(user.uid(), user.gid());
    Said said = run(user, "/usr/bin/mount", "-t", "tmpfs", "-o", options, "acme-scratch", space);
    return said.code() == 0
        ? StepResult.done(space + " is there")
        : StepResult.failed(space + " could not be mounted: " + said.text());
  }

  @Override
  public StepResult end(SessionContext context) throws Exception {
    HostUser user = context.user().orElseThrow();
    String space = space(user);
    if (!isMounted(user)) {
      return StepResult.done(space + " is gone already");
    }
    Said said = run(user, "/usr/bin/umount", space);
    return said.code() == 0
        ? StepResult.done(space + " is gone")
        : StepResult.failed(
            "%s stays, see who uses it by fuser -vm: %s".formatted(space, said.text()));
  }

  /** By uid: a name can be anything. Only root can write above it, so no link can be in its way. */
  private static String space(HostUser user) {
    return SPACES.resolve(Long.toString(user.uid())).toString();
  }

  private boolean isMounted(HostUser user) throws Exception {
    return run(user, "/usr/bin/mountpoint", "-q", space(user)).code() == 0;
  }

  private record Said(int code, String text) {}

  /** Runs a program as the service's user, which is root; waits for its end. */
  private Said run(HostUser user, String... words) throws HostException, InterruptedException {
    StringBuffer said = new StringBuffer();
    HostOutput output =
        (boolean error, ByteBuffer bytes) -> {
          String text = StandardCharsets.UTF_8.decode(bytes).toString();
          said.append(text, 0, Math.min(text.length(), MOST_SAID - said.length()));
        };
    HostProcess program =
        processes.start(
            new HostCommand(
                List.of(words),
                Map.of("LANG", "C.UTF-8"),
                users.self(),
                Path.of("/"),
                "acme-scratch-" + user.uid(),
                Duration.ofSeconds(20),
                Duration.ofSeconds(2),
                16,
                output));
    try {
      int code = program.exit().toCompletableFuture().get().code();
      return new Said(code, said.toString().strip());
    } catch (ExecutionException e) {
      return new Said(-1, String.valueOf(e.getCause().getMessage()));
    }
  }
}
