package kds.core.host.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DesktopMembersTest {
  private static final int LOCKS = 2000;

  @TempDir Path folder;

  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  @Test
  void looksAtManyLocksWithLittleMemory() throws Exception {
    assumeTrue(Identity.ofService().uid() == 0, "skipped: only root can give a file away");
    for (int i = 0; i < LOCKS; i++) {
      Path lock = Files.writeString(folder.resolve(".X" + i + "-lock"), "      4711\n");
      Files.setAttribute(lock, "unix:uid", (int) Machine.SOMEBODY.uid());
    }
    DesktopMembers members = new DesktopMembers(Machine.SOMEBODY, folder);
    long before = direct();
    assertThat(members.now()).as("nobody runs as him").isEmpty();
    assertThat(direct() - before).isLessThan(64 * 1024);
    assertThat(members.traces()).as("they were looked at").hasSize(LOCKS);
  }
}
