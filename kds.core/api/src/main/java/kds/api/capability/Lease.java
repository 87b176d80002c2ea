package kds.api.capability;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The right to use a service until closed. Its bundle is not stopped while a lease is open, however
 * long that is, unless the service itself ends or the capability is switched off: then it is cut
 * ({@link #whenCut}) after the time that the configuration grants.
 *
 * <p>Close it when the call has ended, from any thread; closing twice is harmless.
 *
 * @param <T> the service's type
 */
@ProviderType
public interface Lease<T> extends AutoCloseable {
  /** The service. Not to be used after {@link #close}. */
  T service();

  /** Symbolic name of the bundle that serves. */
  String bundle();

  /** Version of the bundle that serves. */
  String version();

  /**
   * Has something done, once, when the time of a capability that was switched off is over: whoever
   * holds a lease then has to end its use and close it. Not done after {@link #close}. May be done
   * by any thread, at once when the time is over already; it must not block. By default nothing is
   * ever cut.
   */
  default void whenCut(Runnable action) {}

  @Override
  void close();
}
