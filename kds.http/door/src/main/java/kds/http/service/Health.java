package kds.http.service;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import kds.http.route.Route;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.ResultLog;
import org.apache.felix.hc.api.execution.HealthCheckExecutionResult;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.apache.felix.hc.api.execution.HealthCheckMetadata;
import org.apache.felix.hc.api.execution.HealthCheckSelector;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /health}: every registered health check by name. 200 while the worst is OK or WARN;
 * 503 otherwise, with the same body, so that a monitor that looks at the status alone is right.
 */
final class Health implements Route.Plain {
  /**
   * Every check but those tagged {@code hidden}. A selector that selects nothing would be taken for
   * the executor's default tags.
   */
  private static final HealthCheckSelector EVERY = HealthCheckSelector.tags("-hidden");

  private final Supplier<@Nullable HealthCheckExecutor> checks;

  Health(Supplier<@Nullable HealthCheckExecutor> checks) {
    this.checks = checks;
  }

  @Override
  public void serve(Exchange exchange) throws ClientGoneException, Refusal {
    HealthCheckExecutor executor = checks.get();
    if (executor == null) {
      throw Refusal.of(
          503,
          "health-absent",
          "Nobody runs the health checks: the bundle org.apache.felix.healthcheck.core is missing"
              + " or not started.");
    }
    List<HealthCheckExecutionResult> results = executor.execute(EVERY);
    Result.Status worst = Result.Status.OK;
    for (HealthCheckExecutionResult result : results) {
      Result.Status status = result.getHealthCheckResult().getStatus();
      worst = status.ordinal() > worst.ordinal() ? status : worst;
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("status", worst.name());
    json.put("checks", results.stream().map(Health::json).toList());
    exchange.json(worst.ordinal() <= Result.Status.WARN.ordinal() ? 200 : 503, json);
  }

  private static Map<String, Object> json(HealthCheckExecutionResult result) {
    HealthCheckMetadata about = result.getHealthCheckMetadata();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", about.getTitle());
    json.put("status", result.getHealthCheckResult().getStatus().name());
    json.put("tags", about.getTags());
    json.put("milliseconds", result.getElapsedTimeInMs());
    json.put(
        "messages",
        StreamSupport.stream(result.getHealthCheckResult().spliterator(), false)
            .filter(entry -> !entry.isDebug())
            .map(ResultLog.Entry::getMessage)
            .toList());
    return json;
  }
}
