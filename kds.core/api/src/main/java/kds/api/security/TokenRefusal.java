package kds.api.security;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A veto against tokens that are genuine and unexpired, yet must not be served: those of ended
 * sessions, or those that the service itself was given for its own calls.
 *
 * <p>Register it as a service. The door asks every one after it has verified a token; one veto is
 * enough, and it ends streams that are under way. Called on each request, and before each piece of
 * a stream, from many threads: answer from memory, never block.
 */
@ConsumerType
public interface TokenRefusal {
  /**
   * Looks at a verified token.
   *
   * @return why it is refused, in words fit for the caller; empty to let it pass
   */
  Optional<String> refuses(Caller caller);
}
