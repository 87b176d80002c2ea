package kds.core.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines as machines of each kind have them. */
class CgroupMapTest {
  private static final String V2 =
      "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";
  private static final String V2_BESIDE =
      "41 33 0:36 / /sys/fs/cgroup/unified rw,relatime - cgroup2 none rw";
  private static final String PIDS =
      "40 33 0:35 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids";
  private static final String PIDS_OF_A_CONTAINER =
      "40 33 0:35 /docker/abc /sys/fs/cgroup/pids ro,relatime - cgroup cgroup rw,pids";

  @Test
  void findsCgroupV2Alone() {
    CgroupMap map =
        CgroupMap.of(
            List.of("22 1 8:1 / / rw - ext4 /dev/sda1 rw", V2),
            List.of("0::/system.slice/kasm-desktop.service"));
    assertThat(map.unified()).contains(Path.of("/sys/fs/cgroup/system.slice/kasm-desktop.service"));
    assertThat(map.controller("pids")).isEmpty();
  }

  @Test
  void findsBothOfAHybridMachine() {
    CgroupMap map =
        CgroupMap.of(
            List.of(PIDS, V2_BESIDE),
            List.of("8:pids:/a.scope", "9:name=systemd:/a.scope", "0::/b.scope"));
    assertThat(map.unified()).contains(Path.of("/sys/fs/cgroup/unified/b.scope"));
    assertThat(map.controller("pids")).contains(Path.of("/sys/fs/cgroup/pids/a.scope"));
    assertThat(map.controller("cpu")).isEmpty();
  }

  @Test
  void mapsAPathThroughAMountOfAPartOfTheTree() {
    CgroupMap map =
        CgroupMap.of(List.of(PIDS_OF_A_CONTAINER), List.of("4:cpu,pids:/docker/abc/inner"));
    assertThat(map.controller("pids")).contains(Path.of("/sys/fs/cgroup/pids/inner"));
  }

  @Test
  void findsNothingOutsideOfWhatIsMounted() {
    CgroupMap map = CgroupMap.of(List.of(PIDS_OF_A_CONTAINER), List.of("4:pids:/elsewhere"));
    assertThat(map.controller("pids")).isEmpty();
    assertThat(map.unified()).isEmpty();
  }
}
