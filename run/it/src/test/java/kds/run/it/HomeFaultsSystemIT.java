package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same as {@link FaultsSystemIT} in the home of a person: what is called with that person's
 * rights fails, the quota is that of the home.
 */
class HomeFaultsSystemIT {
  @TempDir Path scratch;

  private Service service;
  private LocalUser user;
  private FaultTrial trial;

  @BeforeEach
  void start() throws Exception {
    SmallDisk.requireRoot("A user of its own");
    user = LocalUser.make(folder -> SmallDisk.btrfs(folder, 160, 12));
    service = Service.fresh().start();
    service.edit("multi_user: false", "multi_user: true");
    Uploads uploads =
        Uploads.of(service, user.downloads(), "--user", user.name(), "--credential", "static");
    trial = new FaultTrial(service, uploads, user.downloads(), scratch);
    uploads.awaitPlace("home");
  }

  @AfterEach
  void stop() throws Exception {
    try (LocalUser _ = user;
        Service _ = service) {
      // Both, whatever happens to one.
    }
  }

  @Test
  void answers507WhenTheHomesQuotaIsUsedUp() throws Exception {
    trial.fillUp(user.disk(), "quota");
  }

  @Test
  void letsNoBrokenCallPublishOrLeaveAnything() throws Exception {
    SmallDisk.requireProgram("strace", "strace");
    Path kept = trial.keep();
    Path published = user.downloads().resolve(Fault.KEPT);
    assertThat(published).hasSameBinaryContentAs(kept);
    assertThat(Files.getOwner(published).getName()).isEqualTo(user.name());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(published)))
        .isEqualTo("rw-------");
    Files.delete(published);
    trial.breakEach(Fault.chosen());
  }
}
