package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.host.HostUser;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionRequest;
import kds.api.session.StepResult;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the engine makes of a credential type and a name: the user, and which steps are done. */
class CredentialTypesTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    // type, name sent, system user, steps that need one, outcome
    "static,      ann,     ann, done,    READY",
    "static,      missing, '',  done,    DEGRADED",
    "static,      ,        '',  skipped, DEGRADED",
    "sso,         ann,     ann, done,    READY",
    "sso,         ,        '',  skipped, DEGRADED",
    "smartcard,   ann,     ann, done,    READY",
    "smartcard,   missing, '',  done,    DEGRADED",
    "dynamic,     ann,     ann, done,    READY",
    "dynamic,     missing, '',  done,    READY",
    "prompt_user, ,        '',  skipped, READY",
    "prompt_user, ann,     '',  skipped, READY",
  })
  void implies(String type, @Nullable String name, String user, String needing, Outcome outcome)
      throws Exception {
    AtomicReference<String> seen = new AtomicReference<>();
    Rig rig = new Rig(folder).recover();
    rig.with(
        new ToyStep("any", 1)
            .onStart(
                context -> {
                  seen.set(context.user().map(HostUser::name).orElse(""));
                  return StepResult.done("Seen.");
                }));
    rig.with(new ToyStep("needing", 2).forUsers());

    String kasmId = UUID.randomUUID().toString();
    Session session = new Session(kasmId, "id", name, null, CredentialType.of(type));
    SessionReport report =
        rig.start(new SessionRequest(session, null, List.of(), List.of(), Map.of()));

    assertThat(report.outcome()).isEqualTo(outcome);
    assertThat(seen.get()).isEqualTo(user);
    rig.end(kasmId);
    boolean done = needing.equals("done");
    assertThat(rig.acts().contains("needing.start")).isEqualTo(done);
    assertThat(rig.acts().contains("needing.end")).isEqualTo(done);
  }
}
