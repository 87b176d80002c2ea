package kds.core.session;

import kds.api.config.DurationValue;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The block {@code sessions}. */
@ObjectClassDefinition(name = "Sessions", description = "Starts and ends of sessions")
@interface SessionsConfig {
  /** See the description. */
  @AttributeDefinition(
      description =
          "How long the answer to session_end waits; what takes longer goes on in the background")
  @DurationValue(min = "0s", max = "10m")
  String end_wait() default "20s";

  /** See the description. */
  @AttributeDefinition(
      description =
          "How long session_start waits for the unfinished end of another session of the user")
  @DurationValue(min = "0s", max = "10m")
  String start_wait() default "20s";

  /** See the description. */
  @AttributeDefinition(
      description =
          "How long an ended session is remembered, and its tokens are refused: at least as long as"
              + " tokens live")
  @DurationValue(min = "1m", max = "365d")
  String keep() default "1d";

  /** See the description. */
  @AttributeDefinition(description = "How many sessions may be starting at once", min = "1")
  int most_starting() default 200;
}
