package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuffersTest {
  @Test
  void lendsSmallBuffersWhenManyLargeOnesAreInUse() {
    List<Buffers.Loan> loans = new ArrayList<>();
    try {
      long bytes = 0;
      for (int i = 0; i < 4096; i++) {
        Buffers.Loan loan = Buffers.lend();
        loans.add(loan);
        bytes += loan.cleared().capacity();
      }
      long large = (long) Buffers.MOST_LARGE * Buffers.SIZE;
      assertThat(bytes).isEqualTo(large + (4096L - Buffers.MOST_LARGE) * Buffers.SMALL);
      assertThat(bytes).isLessThan(128 << 20);
    } finally {
      loans.forEach(Buffers.Loan::close);
    }
    try (Buffers.Loan again = Buffers.lend()) {
      assertThat(again.cleared().capacity()).isEqualTo(Buffers.SIZE);
    }
  }
}
