package kds.scripts;

import java.nio.file.Path;
import java.util.Optional;
import kds.api.host.HostException;
import kds.api.host.HostFiles;
import kds.api.host.HostFolder;
import kds.api.host.HostUser;
import org.jspecify.annotations.Nullable;

/** Homes of which a test says which they are. */
final class Homes implements HostFiles {
  /** Which folder the home is; null when there is none, and no letters when nobody can tell. */
  volatile @Nullable String present = "first";

  /** Whether looking at it fails. */
  volatile boolean broken;

  @Override
  public Optional<String> homeIdentity(HostUser user) throws HostException {
    if (broken) {
      throw new HostException(HostException.Reason.IO, "broken by the test");
    }
    if (present == null) {
      throw new HostException(HostException.Reason.NOT_FOUND, user.home() + " is not there");
    }
    return Optional.of(present).filter(each -> !each.isEmpty());
  }

  @Override
  public HostFolder enterHome(HostUser user, String name, boolean create) {
    throw new UnsupportedOperationException("not asked for");
  }

  @Override
  public HostFolder enterShared(Path folder) {
    throw new UnsupportedOperationException("not asked for");
  }
}
