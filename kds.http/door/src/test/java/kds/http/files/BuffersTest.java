package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BuffersTest {
  private final List<Buffers.Loan> loans = new ArrayList<>();

  @AfterEach
  void giveBack() {
    loans.forEach(Buffers.Loan::close);
  }

  private Buffers.Loan lend() {
    Buffers.Loan loan = Buffers.lend();
    loans.add(loan);
    return loan;
  }

  /** The capacity after so many bytes. */
  private static int capacityAfter(long bytes, Buffers.Loan loan) {
    int capacity = loan.cleared().capacity();
    for (long moved = capacity; moved <= bytes; moved += capacity) {
      capacity = loan.cleared().capacity();
    }
    return capacity;
  }

  @Test
  void lendsSmallBuffersToTransfersThatMoveLittle() {
    long bytes = 0;
    for (int i = 0; i < 5000; i++) {
      bytes += capacityAfter(Buffers.EARNED / 2, lend());
    }
    assertThat(bytes).isEqualTo(5000L * Buffers.SMALL).isLessThan(80 << 20);
  }

  @Test
  void lendsLargeBuffersToThoseThatMoveMuchWhileThereAreSome() {
    for (int i = 0; i < Buffers.MOST_LARGE; i++) {
      assertThat(capacityAfter(Buffers.EARNED, lend())).isEqualTo(Buffers.SIZE);
    }
    Buffers.Loan late = lend();
    assertThat(capacityAfter(2 * Buffers.EARNED, late)).isEqualTo(Buffers.SMALL);
    loans.removeFirst().close();
    assertThat(late.cleared().capacity()).isEqualTo(Buffers.SIZE);
    loans.forEach(Buffers.Loan::close);
    loans.clear();
    assertThat(capacityAfter(Buffers.EARNED, lend())).isEqualTo(Buffers.SIZE);
  }
}
