package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Groups below the service's own control group, for machines where no systemd rules over them. */
final class BelowOwnGroup implements ControlGroups.Place {
  private static final Logger LOG = LoggerFactory.getLogger(BelowOwnGroup.class);

  private final String name;
  private volatile List<Path> roots = List.of();

  /**
   * Groups below a folder of this name.
   *
   * @param name differs from one installation on this machine to the other
   */
  BelowOwnGroup(String name) {
    this.name = name;
  }

  @Override
  public List<Hierarchy> establish() throws IOException {
    CgroupMap own = CgroupMap.of("self");
    List<Hierarchy> found = new ArrayList<>();
    Optional<Path> unified = own.unified();
    if (unified.isPresent()) {
      Path root = Files.createDirectories(unified.get().resolve(name));
      found.add(new Hierarchy(root, true, PidsController.enable(unified.get(), root)));
    }
    if (found.stream().noneMatch(Hierarchy::limits)) {
      Optional<Path> pids = own.controller("pids").filter(Files::isWritable);
      if (pids.isPresent()) {
        found.add(new Hierarchy(Files.createDirectories(pids.get().resolve(name)), false, true));
      }
    }
    if (found.isEmpty()) {
      throw new IOException("No control groups are mounted on this machine");
    }
    roots = found.stream().map(Hierarchy::root).toList();
    return found;
  }

  @Override
  public void leave() {
    for (Path root : roots) {
      try {
        Files.deleteIfExists(root);
      } catch (IOException e) {
        LOG.debug("{} stays, groups in it live on", root);
      }
    }
  }
}
