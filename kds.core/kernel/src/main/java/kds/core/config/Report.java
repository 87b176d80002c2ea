package kds.core.config;

import java.nio.file.Path;
import java.util.List;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wrong with the file now, in the log once and in the health check until it is mended.
 *
 * @param fed whether any configuration is in effect
 */
record Report(boolean fed, List<Flaw> errors, List<Flaw> warnings) {
  private static final Logger LOG = LoggerFactory.getLogger(Report.class);

  static final Report NOTHING_YET = new Report(false, List.of(), List.of());

  /** Writes to the log what is new against the report before. */
  void log(Path file, Report before) {
    if (!errors.equals(before.errors)) {
      errors.forEach(flaw -> LOG.error("{}", flaw.line(file)));
      if (!errors.isEmpty()) {
        LOG.error("{} is not used. {}", file, consequence());
      } else {
        LOG.info("{} is in order again", file);
      }
    }
    warnings.stream()
        .filter(flaw -> !before.warnings.contains(flaw))
        .forEach(flaw -> LOG.warn("{}", flaw.line(file)));
  }

  Result health(Path file) {
    FormattingResultLog log = new FormattingResultLog();
    errors.forEach(flaw -> log.critical("{}", flaw.line(file)));
    if (!errors.isEmpty() || !fed) {
      log.critical("{} is not used. {}", file, consequence());
    }
    warnings.forEach(flaw -> log.warn("{}", flaw.line(file)));
    if (errors.isEmpty() && fed) {
      log.info("{} is in effect.", file);
    }
    return new Result(log);
  }

  private String consequence() {
    return fed
        ? "The configuration from before stays in effect until it is mended."
        : "The service does nothing until it is mended; it is watched, no restart is needed.";
  }
}
