package kds.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.core.host.linux.Errno;
import org.junit.jupiter.api.Test;

class FailuresTest {
  @Test
  void namesAReasonForEveryErrorThatACallerCanActOn() {
    Map.ofEntries(
            Map.entry(Errno.ENOENT, Reason.NOT_FOUND),
            Map.entry(Errno.ENOTDIR, Reason.NOT_FOUND),
            Map.entry(Errno.ELOOP, Reason.UNSAFE_PATH),
            Map.entry(Errno.EXDEV, Reason.UNSAFE_PATH),
            Map.entry(Errno.ENXIO, Reason.WRONG_KIND),
            Map.entry(Errno.EACCES, Reason.DENIED),
            Map.entry(Errno.EPERM, Reason.DENIED),
            Map.entry(Errno.EEXIST, Reason.EXISTS),
            Map.entry(Errno.ENAMETOOLONG, Reason.NAME_TOO_LONG),
            Map.entry(Errno.ENOSPC, Reason.NO_SPACE),
            Map.entry(Errno.EDQUOT, Reason.QUOTA),
            Map.entry(Errno.EFBIG, Reason.TOO_LARGE),
            Map.entry(Errno.EROFS, Reason.READ_ONLY),
            Map.entry(Errno.EMFILE, Reason.BUSY),
            Map.entry(Errno.EAGAIN, Reason.BUSY),
            Map.entry(Errno.EIO, Reason.IO),
            Map.entry(4095, Reason.IO))
        .forEach(
            (errno, reason) -> {
              HostException failure = Failures.of(-errno, "open x");
              assertThat(failure.reason()).isEqualTo(reason);
              assertThat(failure).hasMessageStartingWith("Could not open x: ");
            });
  }

  @Test
  void showsAUsersNamesWithoutWhatRulesATerminal() {
    assertThat(Failures.of(2, "open a\n\u001b[2J\u202eé\ud800"))
        .hasMessageStartingWith("Could not open a\\u000a\\u001b[2J\\u202eé\\ud800: ");
  }
}
