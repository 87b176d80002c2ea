package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.Test;

/** A profile of which only a part came: what was done meanwhile is not replaced by bringing it. */
class PartialProfileTest extends ProfileFixture {
  /** A session that went on with a part of the profile, and in which the user did something. */
  private void sessionWithAPart() throws Exception {
    loadFails(true);
    assertThat(start().status()).isEqualTo(Status.FAILED);
    requireHome("part");
    Files.writeString(home, "part and new");
    StepResult end = end();
    assertThat(end.status()).isEqualTo(Status.FAILED);
    assertThat(end.message()).contains("not saved", "profiles/" + NOTE);
    loadFails(false);
  }

  @Test
  void isNotBroughtOverWhatWasDoneWithoutItNorSaved() throws Exception {
    for (UnsavedProfile each : UnsavedProfile.values()) {
      step = step(each);
      sessionWithAPart();
      for (int session = 0; session < 2; session++) {
        StepResult result = start();
        assertThat(result.status()).isEqualTo(Status.FAILED);
        assertThat(result.message()).contains("neither brought nor saved", "profiles/" + NOTE);
        assertThat(end().status()).isEqualTo(Status.FAILED);
        requireHome("part and new");
        requireStore("old");
      }
      removeTheNote();
      assertThat(start().status()).as("as the message says").isEqualTo(Status.DONE);
      requireHome("old");
      assertThat(end().status()).isEqualTo(Status.DONE);
    }
  }

  /** Whoever comes after him has the home as the first left it. */
  @Test
  void isNotBroughtForOneThatStartsBeforeTheFirstHasEnded() throws Exception {
    loadFails(true);
    start();
    Files.writeString(home, "part and new");
    loadFails(false);
    assertThat(start().status()).isEqualTo(Status.FAILED);
    requireHome("part and new");
  }

  @Test
  void isBroughtToAHomeThatTookThePlaceOfThatOne() throws Exception {
    sessionWithAPart();
    house.homes.present = "second";
    assertThat(start().status()).isEqualTo(Status.DONE);
    requireHome("old");
    assertThat(end().status()).isEqualTo(Status.DONE);
    sessionWithAPart();
    house.homes.present = null;
    assertThat(start().status()).as("none at all").isEqualTo(Status.DONE);
  }

  /** As with pam_mkhomedir. */
  @Test
  void countsAHomeThatCameWhenTheUserLoggedIn() throws Exception {
    house.homes.present = null;
    loadFails(true);
    start();
    loadFails(false);
    assertThat(start().status()).as("who did not log in").isEqualTo(Status.DONE);
    end();
    loadFails(true);
    start();
    house.homes.present = "first";
    Files.writeString(home, "new");
    end();
    loadFails(false);
    assertThat(start().status()).isEqualTo(Status.FAILED);
    requireHome("new");
  }

  @Test
  void isBroughtWhenTheSameStartIsMadeAgain() throws Exception {
    loadFails(true);
    start();
    loadFails(false);
    assertThat(step.start(session).status()).isEqualTo(Status.DONE);
    requireHome("old");
    assertThat(end().status()).isEqualTo(Status.DONE);
  }

  /** Nobody went on from there: the session ended, or the service died. */
  @Test
  void isBroughtWhereThatWasCutOff() throws Exception {
    Files.writeString(home, "part");
    write("BEGUN");
    assertThat(start().status()).isEqualTo(Status.DONE);
    requireHome("old");
  }

  /** It did not note which home it was. */
  @Test
  void isNotBroughtAfterAFailureThatAnOlderVersionNoted() throws Exception {
    Files.writeString(home, "part and new");
    write("FAILED");
    assertThat(start().status()).isEqualTo(Status.FAILED);
    requireHome("part and new");
  }
}
