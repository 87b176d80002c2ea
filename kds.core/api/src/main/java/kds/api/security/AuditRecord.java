package kds.api.security;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One privileged act: who did what, on whom, and how it ended.
 *
 * @param actor the token's subject, or the part of the service that acted on its own
 * @param act a dotted verb phrase, as {@code file.upload} or {@code bundle.replace}
 * @param target whom or what it was done to: a user, a path, a bundle
 * @param outcome how it ended
 * @param kasmId the session it was done for, null outside of sessions
 * @param details further facts, none of them secret: size, digest, reason
 */
public record AuditRecord(
    String actor,
    String act,
    String target,
    Outcome outcome,
    @Nullable String kasmId,
    Map<String, String> details) {

  /** How an act ended. */
  public enum Outcome {
    /** It was done. */
    DONE,
    /** It was not allowed. */
    REFUSED,
    /** It was tried and did not succeed. */
    FAILED
  }

  /** Takes a copy of the details. */
  public AuditRecord {
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(act, "act");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(outcome, "outcome");
    details = Map.copyOf(details);
  }
}
