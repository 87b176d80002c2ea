package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.host.StateFolder.Durability;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in a home and nowhere else is never replaced, whatever failed before. */
class ProfileStepTest {
  private static final String NOTE = "uid-" + House.ALICE.uid();

  @TempDir Path folder;
  private House house;
  private OpenGate gate;
  private ProfileStep step;
  private House.Context session;
  private Path home;
  private Path store;
  private Path saveFails;

  /** As the samples do it: what is brought and what is saved replaces all that is there. */
  @BeforeEach
  void build() throws Exception {
    house = new House(folder);
    home = folder.resolve("home");
    store = folder.resolve("store");
    saveFails = folder.resolve("save-fails");
    Files.writeString(home, "");
    Files.writeString(store, "old");
    house.bash("builtin/load_persistent_profile.sh", "cat %s > %s".formatted(store, home));
    house.bash(
        "builtin/save_persistent_profile.sh",
        "[ ! -e %s ] && cat %s > %s".formatted(saveFails, home, store));
    gate = new OpenGate(house.scripts(), new AtomicInteger());
    step = step(UnsavedProfile.SAVE);
  }

  private ProfileStep step(UnsavedProfile unsaved) {
    return new ProfileStep(gate, house.states, house.homes, unsaved);
  }

  @AfterEach
  void leave() throws Exception {
    house.close();
  }

  /** Of a new session. */
  private StepResult start() throws Exception {
    session = House.context(UUID.randomUUID().toString(), "alice", List.of());
    return step.start(session);
  }

  private StepResult end() throws Exception {
    return step.end(session);
  }

  private void fails(boolean fails) throws Exception {
    Files.deleteIfExists(saveFails);
    if (fails) {
      Files.createFile(saveFails);
    }
  }

  private void requireHome(String content) throws Exception {
    assertThat(home).as("home").hasContent(content);
  }

  private void requireStore(String content) throws Exception {
    assertThat(store).as("store").hasContent(content);
  }

  /** A session in which the user did something new, whose save failed. */
  private void sessionWithoutSave() throws Exception {
    assertThat(start().status()).isEqualTo(Status.DONE);
    Files.writeString(home, "new");
    fails(true);
    assertThat(end().status()).isEqualTo(Status.FAILED);
    requireStore("old");
  }

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

  /** Else an empty home would replace all that is stored. */
  @Test
  void aHomeThatTookThePlaceOfTheUnsavedOneIsNotSaved() throws Exception {
    sessionWithoutSave();
    fails(false);
    house.homes.present = "second";
    Files.writeString(home, "");
    assertThat(start().status()).isEqualTo(Status.DONE);
    requireStore("old");
    requireHome("old");
    assertThat(end().status()).as("of the new one").isEqualTo(Status.DONE);
    sessionWithoutSave();
    fails(false);
    house.homes.present = null;
    Files.writeString(home, "");
    assertThat(start().status()).isEqualTo(Status.DONE);
    requireStore("old");
  }

  /** As with pam_mkhomedir. */
  @Test
  void aHomeThatComesWhenTheUserLogsInIsSaved() throws Exception {
    house.homes.present = null;
    start();
    assertThat(end().status()).as("who did not log in").isEqualTo(Status.DONE);
    start();
    house.homes.present = "first";
    Files.writeString(home, "new");
    assertThat(end().status()).isEqualTo(Status.DONE);
    requireStore("new");
  }

  @Test
  void aHomeThatIsExchangedDuringTheSessionIsNotSaved() throws Exception {
    start();
    house.homes.present = "second";
    Files.writeString(home, "");
    StepResult result = end();
    assertThat(result.status()).isEqualTo(Status.FAILED);
    assertThat(result.message()).contains("not the one to which it was brought", "mounted");
    requireStore("old");
  }

  @Test
  void whereNobodyCanTellWhichHomeItIsItIsNeitherReplacedNorSaved() throws Exception {
    house.homes.present = "";
    sessionWithoutSave();
    fails(false);
    for (int session = 0; session < 2; session++) {
      StepResult result = start();
      assertThat(result.status()).isEqualTo(Status.FAILED);
      assertThat(result.message()).contains("neither brought nor saved", "profiles/" + NOTE);
      assertThat(end().status()).isEqualTo(Status.FAILED);
      requireHome("new");
      requireStore("old");
    }
    removeTheNote();
    assertThat(start().status()).as("as the message says").isEqualTo(Status.DONE);
    assertThat(end().status()).as("within one session").isEqualTo(Status.DONE);
  }

  @Test
  void aHomeThatCouldNotBeLookedAtForAWhileIsSavedLater() throws Exception {
    sessionWithoutSave();
    fails(false);
    house.homes.broken = true;
    assertThat(start().status()).isEqualTo(Status.FAILED);
    requireHome("new");
    house.homes.broken = false;
    assertThat(end().status()).isEqualTo(Status.DONE);
    requireStore("new");
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

  @Test
  void aProfileThatDidNotComeWholeIsBroughtAnew() throws Exception {
    for (String standing : List.of("BEGUN", "FAILED")) {
      Files.writeString(home, "a part");
      write(standing);
      assertThat(start().status()).isEqualTo(Status.DONE);
      requireHome("old");
      requireStore("old");
    }
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

  private void removeTheNote() throws Exception {
    assertThat(house.states.folder("profiles").delete(NOTE)).isTrue();
  }

  private void write(String note) throws Exception {
    byte[] text = note.getBytes(StandardCharsets.US_ASCII);
    house.states.folder("profiles").write(NOTE, text, Durability.MACHINE);
  }
}
