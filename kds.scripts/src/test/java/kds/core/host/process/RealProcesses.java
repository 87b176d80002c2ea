package kds.core.host.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import kds.api.host.HostException;
import kds.api.host.HostProcesses;

/** The kernel's own programs, for tests of other bundles; ends what a test left and says so. */
public final class RealProcesses implements AutoCloseable {
  private final Programs programs;

  /** Begins. */
  public RealProcesses() throws IOException {
    programs =
        new Programs(
            GroupsFinder.name(UUID.randomUUID().toString()),
            GroupsFinder.Kind.BEST,
            System.getProperty("java.io.tmpdir"));
    programs.begin();
  }

  /** The service. */
  public HostProcesses service() {
    return programs;
  }

  /** Whether nothing can hide here; what is missing otherwise. */
  public String missing() throws IOException {
    Groups.Standing standing = programs.standing();
    return standing.complete() ? "" : standing.text();
  }

  /** The processes in the groups that are alive. */
  public List<String> living() throws HostException {
    return programs.groups();
  }

  @Override
  public void close() throws HostException {
    List<String> left = new ArrayList<>(programs.groups());
    for (String group : left) {
      programs.end(group, java.time.Duration.ZERO);
    }
    programs.leave();
  }
}
