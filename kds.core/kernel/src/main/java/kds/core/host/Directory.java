package kds.core.host;

import java.util.List;
import java.util.Optional;
import kds.api.host.HostException;
import kds.api.host.HostUser;
import kds.core.host.linux.NameService;

/** What is asked about accounts: the machine's name service. Any call may last, or hang. */
interface Directory {
  /** Looks a name up; of the groups the primary one only. */
  Optional<HostUser> byName(String name) throws HostException;

  /** Looks a uid up; of the groups the primary one only. */
  Optional<HostUser> byUid(long uid) throws HostException;

  /** All groups of an account. Every source is asked, also about an account of this machine. */
  List<Long> groups(HostUser user) throws HostException;

  /** Looks a group's name up. */
  Optional<String> groupName(long gid) throws HostException;

  /** The name service of this machine. */
  static Directory ofThisMachine() {
    NameService names = new NameService();
    return new Directory() {
      @Override
      public Optional<HostUser> byName(String name) throws HostException {
        return names.byName(name);
      }

      @Override
      public Optional<HostUser> byUid(long uid) throws HostException {
        return names.byUid(uid);
      }

      @Override
      public List<Long> groups(HostUser user) {
        return names.groups(user.name(), user.gid());
      }

      @Override
      public Optional<String> groupName(long gid) throws HostException {
        return names.groupName(gid);
      }
    };
  }
}
