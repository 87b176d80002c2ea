package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.Test;

/** Which home it is decides whether it is replaced and saved. */
class ProfileHomeTest extends ProfileFixture {
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
}
