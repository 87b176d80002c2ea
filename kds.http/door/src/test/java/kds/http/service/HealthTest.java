package kds.http.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Date;
import java.util.List;
import java.util.Map;
import kds.http.testing.House;
import kds.http.testing.Raw.Answer;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.execution.HealthCheckExecutionOptions;
import org.apache.felix.hc.api.execution.HealthCheckExecutionResult;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.apache.felix.hc.api.execution.HealthCheckMetadata;
import org.apache.felix.hc.api.execution.HealthCheckSelector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceReference;

class HealthTest {
  @TempDir Path folder;

  private Answer health(HealthCheckExecutor executor) throws Exception {
    try (House house = new House(folder)) {
      house.checks = executor;
      return house.client.call("GET", "/health", "Authorization", "Bearer health");
    }
  }

  private static HealthCheckExecutor of(Result.Status... statuses) {
    List<HealthCheckExecutionResult> results =
        java.util.Arrays.stream(statuses).map(HealthTest::result).toList();
    return new HealthCheckExecutor() {
      @Override
      public List<HealthCheckExecutionResult> execute(HealthCheckSelector selector) {
        return results;
      }

      @Override
      public List<HealthCheckExecutionResult> execute(
          HealthCheckSelector selector, HealthCheckExecutionOptions options) {
        return results;
      }
    };
  }

  private static HealthCheckExecutionResult result(Result.Status status) {
    return new HealthCheckExecutionResult() {
      @Override
      public Result getHealthCheckResult() {
        return new Result(status, "it is " + status);
      }

      @Override
      public long getElapsedTimeInMs() {
        return 3;
      }

      @Override
      public Date getFinishedAt() {
        return new Date();
      }

      @Override
      public boolean hasTimedOut() {
        return false;
      }

      @Override
      public HealthCheckMetadata getHealthCheckMetadata() {
        return new HealthCheckMetadata(reference("check " + status));
      }
    };
  }

  private static ServiceReference<?> reference(String name) {
    Map<String, Object> properties =
        Map.of("hc.name", name, "hc.tags", new String[] {"disk"}, "service.id", 7L);
    return (ServiceReference<?>)
        Proxy.newProxyInstance(
            HealthTest.class.getClassLoader(),
            new Class<?>[] {ServiceReference.class},
            (proxy, method, arguments) ->
                method.getName().equals("getProperty") ? properties.get(arguments[0]) : null);
  }

  @Test
  void saysThatNobodyRunsTheChecks() throws Exception {
    Answer answer = health(null);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.text()).contains("health-absent", "healthcheck.core");
  }

  @Test
  void isTheWorstOfAllChecks() throws Exception {
    assertThat(health(of()).status()).isEqualTo(200);
    assertThat(health(of(Result.Status.OK, Result.Status.WARN)).status()).isEqualTo(200);
    Answer worst =
        health(of(Result.Status.OK, Result.Status.CRITICAL, Result.Status.TEMPORARILY_UNAVAILABLE));
    assertThat(worst.status()).isEqualTo(503);
    assertThat(worst.text())
        .contains(
            "\"status\":\"CRITICAL\",\"checks\"",
            "it is CRITICAL",
            "\"name\":\"check CRITICAL\"",
            "[\"disk\"]");
  }
}
