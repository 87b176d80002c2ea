package kds.core.state;

import java.nio.file.Path;
import kds.api.host.StateFiles;
import kds.core.trust.OwnedFiles;

/** The kernel's own state files, for tests of other bundles. */
public final class RealState {
  private RealState() {}

  /** Those below a folder. */
  public static StateFiles in(Path state) {
    return new OwnStateFiles(state, new OwnedFiles(), Replacement.PLAIN);
  }
}
