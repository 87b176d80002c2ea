package kds.core.gate;

import kds.api.config.DurationValue;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The block {@code gates}. */
@ObjectClassDefinition(name = "Gates", description = "How calls reach capabilities")
@interface GatesConfig {
  /** See the description. */
  @AttributeDefinition(
      description =
          "How long running calls may go on when their capability is switched off; then they are"
              + " cut")
  @DurationValue(min = "0s", max = "1d")
  String switch_off_timeout() default "5m";
}
