package kds.api.admin;

import java.util.List;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Something that root can ask of the service by the admin socket {@code admin.sock} in the folder
 * {@code kds.run}, as the programs do that scripts call. Register it as a service.
 */
@ConsumerType
public interface AdminCommand {
  /** The first word of the request, as {@code wait-display}. */
  String name();

  /**
   * Answers. Called on a thread of its own that may block, and is interrupted when the caller has
   * gone.
   *
   * @param words the other words of the request
   * @param answer takes the answer line by line
   * @throws Exception whose message says to the caller what is wrong and what to do
   */
  void answer(List<String> words, Consumer<String> answer) throws Exception;
}
