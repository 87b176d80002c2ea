package kds.core.display;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import kds.api.host.HostCommand;
import kds.api.host.HostException;
import kds.api.host.HostProcess;
import kds.api.host.HostProcesses;
import kds.api.host.HostUser;
import kds.api.session.SessionContext;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;
import org.junit.jupiter.api.Test;

class ProgramsStepTest {
  private final List<String> ended = new ArrayList<>();

  private final SessionContext session =
      new SessionContext() {
        @Override
        public SessionRequest request() {
          throw new AssertionError("Not asked for");
        }

        @Override
        public Optional<HostUser> user() {
          return Optional.empty();
        }

        @Override
        public String group() {
          return "session-1";
        }

        @Override
        public int otherSessions() {
          return 1;
        }

        @Override
        public Ending ending() {
          return Ending.DISCONNECT;
        }

        @Override
        public void leaves(CompletionStage<StepResult> end) {
          throw new AssertionError("Nothing of it goes on");
        }

        @Override
        public void tell(String text) {}
      };

  private record Ends(List<String> ended, String trouble) implements HostProcesses {
    @Override
    public HostProcess start(HostCommand command) {
      throw new AssertionError("Nothing is to be started");
    }

    @Override
    public List<String> groups() {
      return List.of("session-1", "session-2");
    }

    @Override
    public void end(String group, Duration grace) throws HostException {
      assertThat(grace).isPositive();
      if (!trouble.isEmpty()) {
        throw new HostException(HostException.Reason.TIMEOUT, trouble);
      }
      ended.add(group);
    }
  }

  @Test
  void endsTheGroupOfThisSessionWhateverBecomesOfTheDesktop() {
    ProgramsStep step = new ProgramsStep(new Ends(ended, ""));
    assertThat(step.start(session).status()).isEqualTo(StepResult.Status.DONE);
    assertThat(ended).isEmpty();
    assertThat(step.end(session).status()).isEqualTo(StepResult.Status.DONE);
    assertThat(ended).containsExactly("session-1");
    assertThat(step.lastSessionOnly() || step.needsUser()).isFalse();
  }

  @Test
  void tellsWhatDoesNotEnd() {
    StepResult result = new ProgramsStep(new Ends(ended, "12 nfs do not end")).end(session);
    assertThat(result.status()).isEqualTo(StepResult.Status.FAILED);
    assertThat(result.message()).isEqualTo("12 nfs do not end");
  }
}
