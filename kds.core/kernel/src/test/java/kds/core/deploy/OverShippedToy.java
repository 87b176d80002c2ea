package kds.core.deploy;

import java.nio.file.Path;
import kds.core.toy.Trouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A deployer that is to be started, with version 1.0.0 of the toy among what was shipped. */
abstract class OverShippedToy {
  @TempDir Path home;
  Rig rig;

  @BeforeEach
  void open() throws Exception {
    rig = new Rig(home);
    rig.drop(rig.toys.good("1.0.0"), rig.shipped, "kds.toy.jar");
  }

  @AfterEach
  void close() throws Exception {
    Trouble.latch.countDown(); // whoever waits in a bundle goes on
    rig.close();
  }
}
