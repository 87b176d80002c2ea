package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.Test;

/** What is in a home and nowhere else is never replaced, whatever failed before. */
class ProfileStepTest extends ProfileFixture {
  @Test
  void whatCouldNotBeSavedIsSavedBeforeTheProfileIsBroughtAgain() throws Exception {
    sessionWithoutSave();
    fails(false);
    assertThat(start().status()).isEqualTo(Status.DONE);
    requireStore("new");
    requireHome("new");
  }

  @Test
  void whileItCannotBeSavedTheHomeIsUsedAsItIsAndSavedAtTheEnd() throws Exception {
    sessionWithoutSave();
    for (int session = 0; session < 2; session++) {
      StepResult result = start();
      assertThat(result.status()).isEqualTo(Status.FAILED);
      assertThat(result.message())
          .contains("could not be saved", "used as it is", "save_persistent_profile.sh: ", "mend");
      requireHome("new");
      assertThat(end().status()).isEqualTo(Status.FAILED);
    }
    start();
    Files.writeString(home, "newer");
    fails(false);
    assertThat(end().status()).isEqualTo(Status.DONE);
    requireStore("newer");
    Files.writeString(store, "from elsewhere");
    assertThat(start().status()).isEqualTo(Status.DONE);
    requireHome("from elsewhere");
  }

  @Test
  void anEndThatIsMadeAgainAfterACrashSaves() throws Exception {
    for (UnsavedProfile each : UnsavedProfile.values()) {
      step = step(each);
      start();
      Files.writeString(home, "new");
      fails(true);
      assertThat(end().status()).isEqualTo(Status.FAILED);
      fails(false);
      assertThat(end().status()).isEqualTo(Status.DONE);
      requireStore("new");
      Files.writeString(store, "old");
    }
  }

  /** With the next session begun already, nobody saved at the end of the one that brought it. */
  @Test
  void whatASessionBroughtServesTheNextOneAndIsSavedAtItsEnd() throws Exception {
    for (UnsavedProfile each : UnsavedProfile.values()) {
      step = step(each);
      start();
      Files.writeString(home, "new");
      assertThat(start().status()).as("the next session").isEqualTo(Status.SKIPPED);
      requireHome("new");
      assertThat(end().status()).isEqualTo(Status.DONE);
      requireStore("new");
      Files.writeString(store, "old");
    }
  }

  @Test
  void withTheScriptsSwitchedOffWhatIsUnsavedStaysSo() throws Exception {
    start();
    Files.writeString(home, "new");
    gate.shut = true;
    assertThat(end().status()).isEqualTo(Status.SKIPPED);
    assertThat(start().status()).isEqualTo(Status.SKIPPED);
    gate.shut = false;
    assertThat(start().status()).isEqualTo(Status.DONE);
    requireHome("new");
    requireStore("new");
  }

  /** Another server may have saved since, and no server knows of the others. */
  @Test
  void unlessToldToItNeitherReplacesWhatIsUnsavedNorWhatIsStored() throws Exception {
    step = step(UnsavedProfile.KEEP);
    sessionWithoutSave();
    fails(false);
    Files.writeString(store, "from elsewhere");
    for (int each = 0; each < 2; each++) {
      StepResult result = start();
      assertThat(result.status()).isEqualTo(Status.FAILED);
      assertThat(result.message())
          .contains("neither brought nor saved", "profiles/" + NOTE, "scripts.unsaved_profile");
      assertThat(end().status()).isEqualTo(Status.FAILED);
      requireHome("new");
      requireStore("from elsewhere");
    }
    removeTheNote();
    assertThat(start().status()).as("as the message says").isEqualTo(Status.DONE);
    requireHome("from elsewhere");
    assertThat(end().status()).isEqualTo(Status.DONE);
  }

  @Test
  void anOperatorWhoAllowsItLaterHasItSaved() throws Exception {
    step = step(UnsavedProfile.KEEP);
    sessionWithoutSave();
    fails(false);
    start();
    step = step(UnsavedProfile.SAVE);
    assertThat(end().status()).isEqualTo(Status.DONE);
    requireStore("new");
  }

  @Test
  void aStartThatIsMadeAgainAfterACrashBringsNothingTwice() throws Exception {
    for (UnsavedProfile each : UnsavedProfile.values()) {
      step = step(each);
      start();
      Files.writeString(home, "new");
      assertThat(step.start(session).status()).isEqualTo(Status.DONE);
      requireHome("new");
      assertThat(end().status()).isEqualTo(Status.DONE);
      requireStore("new");
      Files.writeString(store, "old");
    }
  }

  /** Of a version that did not note which home it was, and whose session goes on. */
  @Test
  void aSessionOfAnOlderVersionIsSavedAtItsEnd() throws Exception {
    session = House.context();
    write("WHOLE");
    Files.writeString(home, "new");
    assertThat(end().status()).isEqualTo(Status.DONE);
    requireStore("new");
  }
}
