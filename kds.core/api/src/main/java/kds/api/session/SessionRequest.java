package kds.api.session;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the control plane wants of a session that begins.
 *
 * @param session whose it is
 * @param token a short-lived token for calls to the control plane; a secret: it is in no journal,
 *     log, argument list or readable file
 * @param storageMappings each one mapping as the JSON text that the control plane sent; may hold
 *     secrets
 * @param fileMappings each one mapping as JSON text
 * @param attributes further facts about the session that the control plane sent, none secret
 */
public record SessionRequest(
    Session session,
    @Nullable String token,
    List<String> storageMappings,
    List<String> fileMappings,
    Map<String, String> attributes) {
  /** Takes copies. */
  public SessionRequest {
    Objects.requireNonNull(session, "session");
    storageMappings = List.copyOf(storageMappings);
    fileMappings = List.copyOf(fileMappings);
    attributes = Map.copyOf(attributes);
  }

  /** Leaves the secrets out, so that a request can stand in a message. */
  @Override
  public String toString() {
    return "SessionRequest[" + session + "]";
  }
}
