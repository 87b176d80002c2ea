package kds.core.display;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import kds.api.host.HostDesktopEnd;
import kds.api.host.HostDesktops;
import kds.api.host.HostException;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import kds.api.security.AuditRecord;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.session.SessionContext;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DesktopStepTest {
  private static final HostUser ANN =
      new HostUser("ann", 1001, 1001, List.of(1001L), Path.of("/home/ann"), "/bin/sh");

  private final List<HostUser> ended = new ArrayList<>();
  private final List<AuditRecord> audit = new ArrayList<>();
  private final HostDesktopEnd some = new HostDesktopEnd(12, List.of("deaf", "mute"), List.of());

  private DesktopStep step(long self, HostDesktops desktops) {
    HostUser service = new HostUser("me", self, self, List.of(self), Path.of("/"), "/bin/sh");
    return new DesktopStep(desktops, new Self(service), audit::add);
  }

  private HostDesktopEnd noted(HostUser user, Duration grace) {
    assertThat(grace).isPositive();
    ended.add(user);
    return some;
  }

  private StepResult end(CredentialType type, @Nullable HostUser user, Ending how) {
    return step(0, this::noted).end(new Told(type, Optional.ofNullable(user), how));
  }

  @Test
  void endsTheDesktopAndTellsHow() {
    StepResult result = end(CredentialType.STATIC, ANN, Ending.CONFIGURED);
    assertThat(ended).containsExactly(ANN);
    assertThat(result.status()).isEqualTo(StepResult.Status.DONE);
    assertThat(result.message()).contains("12 processes", "had to be killed: deaf, mute");
    assertThat(audit)
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.act()).isEqualTo("desktop.end");
              assertThat(record.target()).isEqualTo("ann");
              assertThat(record.details()).containsEntry("killed", "deaf mute");
            });
  }

  @Test
  void leavesTheDesktopOfOneWhoMayComeBack() {
    assertThat(end(CredentialType.STATIC, ANN, Ending.DISCONNECT).status())
        .isEqualTo(StepResult.Status.SKIPPED);
    assertThat(ended).isEmpty();
  }

  @Test
  void doesNotEndTheServiceItself() {
    StepResult result =
        step(1001, this::noted)
            .end(new Told(CredentialType.STATIC, Optional.of(ANN), Ending.DELETE));
    assertThat(result.status()).isEqualTo(StepResult.Status.SKIPPED);
    assertThat(ended).isEmpty();
  }

  @Test
  void warnsWhenItCannotBeToldWhoseDesktopItIs() {
    assertThat(end(CredentialType.SSO, null, Ending.LOGOFF).status())
        .isEqualTo(StepResult.Status.FAILED);
    assertThat(end(CredentialType.DYNAMIC, null, Ending.LOGOFF).status())
        .isEqualTo(StepResult.Status.SKIPPED);
    assertThat(ended).isEmpty();
  }

  @Test
  void tellsAFailureAndRecordsIt() {
    StepResult result =
        step(
                0,
                (user, grace) -> {
                  throw new HostException(HostException.Reason.TIMEOUT, "12 nfs do not end");
                })
            .end(new Told(CredentialType.STATIC, Optional.of(ANN), Ending.LOGOFF));
    assertThat(result.status()).isEqualTo(StepResult.Status.FAILED);
    assertThat(result.message()).contains("12 nfs");
    assertThat(audit.getFirst().outcome()).isEqualTo(AuditRecord.Outcome.FAILED);
  }

  @Test
  void comesBetweenTheScriptsAndTheProfile() {
    DesktopStep step = step(0, this::noted);
    assertThat(step.endOrder()).isBetween(101, 299);
    assertThat(step.lastSessionOnly()).isTrue();
    assertThat(step.needsUser()).isTrue();
    assertThat(step.repeatable()).isTrue();
  }

  private record Self(HostUser self) implements HostUsers {
    @Override
    public Optional<HostUser> byName(String name) {
      return Optional.empty();
    }

    @Override
    public Optional<HostUser> byUid(long uid) {
      return Optional.empty();
    }
  }

  private record Told(CredentialType type, Optional<HostUser> user, Ending ending)
      implements SessionContext {
    @Override
    public SessionRequest request() {
      Session session =
          new Session("5f0c1d7e-0000-4000-8000-000000000001", "id", "ann", "ann", type);
      return new SessionRequest(session, null, List.of(), List.of(), Map.of());
    }

    @Override
    public String group() {
      return "session";
    }

    @Override
    public int otherSessions() {
      return 0;
    }

    @Override
    public void leaves(CompletionStage<StepResult> end) {
      throw new AssertionError("Nothing of it goes on");
    }

    @Override
    public void tell(String text) {
      throw new AssertionError(text);
    }
  }
}
