package kds.scripts;

import kds.api.config.DurationValue;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The documented key {@code script_path} and the block {@code scripts}. */
@ObjectClassDefinition(
    id = ScriptsConfig.PID,
    name = "Scripts",
    description = "Where scripts are, and how they are run")
@interface ScriptsConfig {
  /** The configuration's PID. */
  String PID = "kds.scripts";

  @AttributeDefinition(description = "The folder of the scripts' folders, absolute.")
  String script_path() default "/opt/kasm-desktop-service/scripts";

  @AttributeDefinition(
      description = "How long a script may take that does not ask for another limit, as 5m.")
  @DurationValue
  String timeout() default "5m";

  @AttributeDefinition(
      description = "How long a script that has to end may take to clean up, as 5s.")
  @DurationValue
  String grace() default "5s";

  @AttributeDefinition(
      description = "Whether a session waits for its session_start scripts.",
      options = {
        @Option(label = "it does not; one that waits for the desktop can", value = "background"),
        @Option(label = "it does, except for scripts that ask for the background", value = "wait")
      })
  String session_start() default "background";

  @AttributeDefinition(
      description = "What is done at a start with a home whose last save failed.",
      options = {
        @Option(label = "nothing: it is used as it is, and reported", value = "keep"),
        @Option(label = "it is saved before the profile is brought", value = "save")
      })
  String unsaved_profile() default "keep";

  @AttributeDefinition(
      description = "How many processes and threads a script may have at once.",
      min = "1",
      max = "1000000")
  int max_tasks() default 4096;

  @AttributeDefinition(
      description = "How many ended runs are kept with their output.",
      min = "1",
      max = "1000")
  int keep() default 200;
}
