package kds.core.host.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the best groups that this machine lets the service have, when they are first needed:
 * systemd may be asked for them, and starting up does not wait for that.
 */
final class GroupsFinder {
  private static final Logger LOG = LoggerFactory.getLogger(GroupsFinder.class);

  private final String name;
  private final Kind kind;
  private volatile Optional<GroupSupervisor> found = Optional.empty();

  /** Which groups. */
  enum Kind {
    /** Control groups where that is possible. */
    BEST,
    /** Marked processes. */
    MARKED
  }

  GroupsFinder(String name, Kind kind) {
    this.name = name;
    this.kind = kind;
  }

  /**
   * A name for everything that the groups of one installation have in common, so that several do
   * not meddle with each other. At most 15 characters: a thread bears it ({@link Strays}).
   */
  static String name(String state) {
    CRC32 sum = new CRC32();
    sum.update(String.valueOf(state).getBytes(StandardCharsets.UTF_8));
    return "kds-%08x".formatted(sum.getValue());
  }

  Optional<GroupSupervisor> found() {
    return found;
  }

  GroupSupervisor supervisor() throws IOException {
    Optional<GroupSupervisor> known = found;
    return known.isPresent() ? known.get() : find();
  }

  private synchronized GroupSupervisor find() throws IOException {
    if (found.isEmpty()) {
      Groups groups = groups();
      found = Optional.of(new GroupSupervisor(groups));
      if (groups.standing().complete()) {
        LOG.debug("{}", groups.standing().text());
      } else {
        LOG.warn("{}", groups.standing().text());
      }
    }
    return found.get();
  }

  private Groups groups() throws IOException {
    if (kind == Kind.MARKED) {
      return new MarkedGroups(name);
    }
    if (Identity.ofService().uid() == 0 && DelegatedScope.isPossible()) {
      return new ControlGroups(new DelegatedScope(name));
    }
    try {
      return new ControlGroups(new BelowOwnGroup(name));
    } catch (IOException e) {
      LOG.debug("No control groups for {}", name, e);
      return new MarkedGroups(name);
    }
  }
}
