package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import kds.api.host.HostException;
import kds.api.transfer.TransferException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FaultsTest {
  @ParameterizedTest
  @EnumSource(HostException.Reason.class)
  void tellsEveryRefusalOfTheMachineInTheCallersWords(HostException.Reason reason) {
    HostException cause = new HostException(reason, "openat2 /home/ann/Downloads/x");

    TransferException fault = Faults.of(cause, "Upload of 'x'");

    assertThat(fault).hasMessageStartingWith("Upload of 'x': ").hasCause(cause);
    assertThat(fault.getMessage()).endsWith(".").doesNotContain("/home").doesNotContain("openat2");
  }

  @ParameterizedTest
  @CsvSource({
    "NOT_FOUND, NOT_FOUND",
    "UNSAFE_PATH, UNSAFE_PATH",
    "WRONG_KIND, WRONG_KIND",
    "FOREIGN, DENIED",
    "DENIED, DENIED",
    "EXISTS, CONFLICT",
    "NAME_TOO_LONG, NAME_TOO_LONG",
    "NO_SPACE, NO_SPACE",
    "QUOTA, QUOTA",
    "TOO_LARGE, TOO_LARGE",
    "READ_ONLY, FAILED",
    "BUSY, BUSY",
    "TIMEOUT, BUSY",
    "UNPRIVILEGED, NO_USER",
    "SYSTEM_ACCOUNT, NO_USER",
    "IO, FAILED"
  })
  void keepsTheKindOfFailure(HostException.Reason from, TransferException.Reason to) {
    assertThat(Faults.of(new HostException(from, "x"), "y").reason()).isEqualTo(to);
  }

  @Test
  void quotesPathsWithoutControlCharactersAndWithoutEnd() {
    assertThat(Faults.quote("a\r\nb\u001b[2J")).isEqualTo("'a\uFFFD\uFFFDb\uFFFD[2J'");
    assertThat(Faults.quote("x".repeat(5000))).hasSize(203).endsWith("…'");
    assertThat(Faults.of(new HostException(HostException.Reason.IO, "x"), "100 %s %n"))
        .hasMessageStartingWith("100 %s %n: ");
  }
}
