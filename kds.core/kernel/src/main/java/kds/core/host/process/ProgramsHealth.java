package kds.core.host.process;

import java.io.IOException;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Whether programs can be kept together and limited here, and if not, why. */
@Component(
    service = HealthCheck.class,
    property = {HealthCheck.NAME + "=Programs", HealthCheck.TAGS + "=host"})
public final class ProgramsHealth implements HealthCheck {
  private final Programs programs;

  /** Made by the framework. */
  @Activate
  public ProgramsHealth(@Reference Programs programs) {
    this.programs = programs;
  }

  @Override
  public Result execute() {
    FormattingResultLog log = new FormattingResultLog();
    try {
      Groups.Standing standing = programs.standing();
      if (standing.complete()) {
        log.info("{}", standing.text());
      } else {
        log.warn("{}", standing.text());
      }
    } catch (IOException e) {
      log.critical("No program can be run: {}", e.getMessage());
    }
    return new Result(log);
  }
}
