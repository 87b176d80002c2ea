package kds.http.route;

import kds.http.problem.Problem;

/** A call cannot be served, and the caller is told why. Not a failure of the service. */
public final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  /** Makes one. It has no stack trace: where it was thrown is nobody's concern. */
  public Refusal(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  /** Makes one of a problem without further headers or members. */
  public static Refusal of(int status, String word, String detail) {
    return new Refusal(Problem.of(status, word, detail));
  }

  /** What the caller is told. */
  public Problem problem() {
    return problem;
  }
}
