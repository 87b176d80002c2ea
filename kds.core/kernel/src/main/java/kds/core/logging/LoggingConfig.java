package kds.core.logging;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The block {@code logging}, and the documented key {@code debug}. */
@ObjectClassDefinition(name = "Logging", description = "What the log says, and in which form")
@interface LoggingConfig {
  /** Documented: tells more. */
  @AttributeDefinition(description = "Tells what the service's own parts do in detail")
  boolean debug() default false;

  /** The form of a line. */
  @AttributeDefinition(
      description =
          "text for people, json for one JSON object a line, environment for what the variable"
              + " KDS_LOG_FORMAT says, or else text",
      options = {@Option("environment"), @Option("text"), @Option("json")})
  String format() default "environment";
}
