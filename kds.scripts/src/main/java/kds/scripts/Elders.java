package kds.scripts;

import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;
import kds.api.script.Scripts;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other bundles of this capability that are there: those that were replaced and serve until
 * their last script has ended. Only they know what it says now. Thread-safe.
 */
interface Elders {
  /**
   * Asks one.
   *
   * @return empty when it is gone, or has no answer
   */
  <T> Optional<T> ask(long bundle, Function<Scripts, Optional<T>> question);

  /** Those in the framework. */
  static Elders of(BundleContext context) {
    return new InFramework(context);
  }

  /** Asks by the service registry. */
  final class InFramework implements Elders {
    private static final Logger LOG = LoggerFactory.getLogger(Elders.class);
    private final BundleContext context;

    InFramework(BundleContext context) {
      this.context = context;
    }

    @Override
    public <T> Optional<T> ask(long bundle, Function<Scripts, Optional<T>> question) {
      for (ServiceReference<Scripts> reference : references()) {
        if (reference.getBundle() != null && reference.getBundle().getBundleId() == bundle) {
          return ask(reference, question);
        }
      }
      return Optional.empty();
    }

    private Collection<ServiceReference<Scripts>> references() {
      try {
        return context.getServiceReferences(Scripts.class, null);
      } catch (InvalidSyntaxException e) {
        throw new IllegalStateException(e); // There is no filter.
      }
    }

    private <T> Optional<T> ask(
        ServiceReference<Scripts> reference, Function<Scripts, Optional<T>> question) {
      Scripts scripts = context.getService(reference);
      if (scripts == null) {
        return Optional.empty();
      }
      try {
        return question.apply(scripts);
      } catch (RuntimeException | LinkageError e) {
        // It was uninstalled meanwhile: its last script has ended, and what it said is stored.
        LOG.debug("A replaced bundle did not answer", e);
        return Optional.empty();
      } finally {
        context.ungetService(reference);
      }
    }
  }
}
