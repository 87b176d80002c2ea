package kds.api.capability;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The right to use a service until closed. Its bundle is not stopped while a lease is open, however
 * long that is, unless the service itself ends.
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

  @Override
  void close();
}
