package kds.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import kds.api.transfer.TransferException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailuresTest {
  @ParameterizedTest
  @EnumSource(TransferException.Reason.class)
  void mapsEveryReasonOfATransferToOneProblem(TransferException.Reason reason) throws Exception {
    var problem = Failures.problem(new TransferException(reason, "Because."));
    int status =
        switch (reason) {
          case NO_SESSION, NOT_ALLOWED, DENIED -> 403;
          case NOT_FOUND -> 404;
          case NO_USER, NO_FOLDER, WRONG_KIND, CONFLICT, TAKEN_OVER -> 409;
          case GONE -> 410;
          case UNSAFE_PATH, NAME_TOO_LONG, INCOMPLETE -> 400;
          case TOO_LARGE -> 413;
          case REFUSED -> 422;
          case TOO_SOON -> 429;
          case NO_SPACE, QUOTA -> 507;
          case BUSY -> 503;
          case FAILED -> 500;
        };
    assertThat(problem.status()).isEqualTo(status);
    assertThat(problem.detail()).isEqualTo("Because.");
    assertThat(problem.word()).matches("[a-z-]+");
  }

  @Test
  void tellsWhenToComeAgain() {
    var problem =
        Failures.problem(
            new TransferException(
                TransferException.Reason.TOO_SOON, "Wait.", java.time.Duration.ofMillis(6100)));
    assertThat(problem.headers()).containsEntry("Retry-After", "7");
    assertThat(problem.word()).isEqualTo("too-soon");
  }
}
