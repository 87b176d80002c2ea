package kds.storage.clamav;

import kds.api.config.DurationValue;
import kds.api.config.SizeValue;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The block {@code clamav}. Uploads are inspected as long as it is there. */
@ObjectClassDefinition(
    id = ClamAvConfig.PID,
    name = "ClamAV",
    description = "Which daemon looks at uploads")
@interface ClamAvConfig {
  /** The configuration's PID. */
  String PID = "kds.clamav";

  @AttributeDefinition(description = "The Unix socket of clamd, absolute.")
  String socket() default "/run/clamav/clamd.ctl";

  @AttributeDefinition(
      description =
          "How long the daemon may take for one upload; transfer.inspection_timeout bounds it too.")
  @DurationValue(min = "100ms", max = "1d")
  String timeout() default "60s";

  @AttributeDefinition(
      description =
          "Larger uploads are let in without a look, as 2GiB; 0 to have all looked at. The daemon"
              + " refuses what is larger than its own StreamMaxLength.")
  @SizeValue
  String skip_above() default "0";
}
