package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegisterTest {
  @TempDir Path folder;

  private static LiveSession starting(Journal journal) {
    SessionRequest request = Rig.request("ann");
    SessionRecord record =
        new SessionRecord(
            request.session(),
            "account ann",
            null,
            Set.of(),
            request.attributes(),
            State.STARTING,
            null,
            Ending.CONFIGURED,
            Instant.now(),
            null,
            List.of(),
            "first boot");
    return new LiveSession(journal, record, request);
  }

  @Test
  void doesNotWriteDownAStartThatIsRefusedBecauseItCouldNotBe() throws Exception {
    Path state = folder.resolve("sessions");
    Journal journal = new Journal(state);
    Register register = new Register(journal, new Events(8), 10);
    LiveSession session = starting(journal);
    register.add(session);
    Files.writeString(state, "in the way");
    assertThatThrownBy(() -> session.write(record -> record)).isInstanceOf(IOException.class);
    assertThat(register.troubles()).containsKey(session.kasmId());
    Files.delete(state);
    journal.open();

    register.tidy(Duration.ofDays(1), Instant.now());
    assertThat(state).isEmptyDirectory();

    session.note(record -> record.begun(Outcome.READY));
    register.tidy(Duration.ofDays(1), Instant.now());
    assertThat(state).as("one that runs is").isNotEmptyDirectory();
    assertThat(register.troubles()).isEmpty();
  }
}
