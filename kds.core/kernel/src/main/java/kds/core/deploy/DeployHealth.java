package kds.core.deploy;

import java.util.List;
import java.util.Map;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.Result;

/** The health check {@code deploy} in words. */
final class DeployHealth {
  private DeployHealth() {}

  static Result of(
      List<Serving> serving, Map<Serving, Integer> draining, Map<String, String> troubles) {
    FormattingResultLog log = new FormattingResultLog();
    serving.forEach(now -> log.info("{} serves", now.jar()));
    draining.forEach((old, calls) -> log.info("{} is replaced; {} calls left", old.jar(), calls));
    troubles.forEach((what, trouble) -> log.warn("{} {}", what, trouble));
    return new Result(log);
  }
}
