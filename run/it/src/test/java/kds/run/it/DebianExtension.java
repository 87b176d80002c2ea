package kds.run.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Boots, gives and ends the machine of a class marked {@link OnDebian}. */
final class DebianExtension
    implements ExecutionCondition,
        BeforeAllCallback,
        AfterEachCallback,
        LifecycleMethodExecutionExceptionHandler,
        ParameterResolver {
  private static final Logger LOG = LoggerFactory.getLogger(DebianExtension.class);
  private static final Namespace NAMESPACE = Namespace.create(DebianExtension.class);

  private static Optional<String> obstacle;

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return obstacle()
        .map(DebianExtension::skip)
        .orElse(ConditionEvaluationResult.enabled("A Debian can be booted"));
  }

  private static ConditionEvaluationResult skip(String why) {
    return ConditionEvaluationResult.disabled("No Debian can be booted here: " + why);
  }

  /** Why no machine can be booted here; asked once, and printed once. */
  private static synchronized Optional<String> obstacle() {
    if (obstacle == null) {
      obstacle = look();
      obstacle.ifPresent(why -> LOG.warn("SKIPPED, the tests on a real Debian. Reason: {}", why));
    }
    return obstacle;
  }

  private static Optional<String> look() {
    Path build = DebianMachine.ROOT.resolve("run/debian/build");
    try {
      if (!Files.isExecutable(Path.of("/usr/bin/systemd-nspawn"))) {
        return Optional.of("systemd-nspawn is not installed (apt-get install systemd-container)");
      }
      Outcome built = Host.run(Duration.ofMinutes(20), new byte[0], List.of(build.toString()));
      return built.exit() == 0 ? Optional.empty() : Optional.of(built.errors());
    } catch (IOException | AssertionError e) {
      return Optional.of(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    // The store closes it after the last test.
    context.getStore(NAMESPACE).put(DebianMachine.class, DebianMachine.boot());
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == DebianMachine.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return machine(context);
  }

  private static DebianMachine machine(ExtensionContext context) {
    return context.getStore(NAMESPACE).get(DebianMachine.class, DebianMachine.class);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (context.getExecutionException().isPresent()) {
      keep(context, context.getRequiredTestMethod().getName());
    }
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    keep(context, "beforeAll");
    throw failure;
  }

  private static void keep(ExtensionContext context, String name) throws Exception {
    Path folder =
        DebianMachine.TARGET.resolve(context.getRequiredTestClass().getSimpleName()).resolve(name);
    machine(context).keepEvidence(folder);
    LOG.warn("What the machine said and showed is kept in {}", folder);
  }
}
