package kds.api.security;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The place where privileged acts are written down. Implemented by the kernel.
 *
 * <p>Thread-safe. A call returns once the record is handed to the log; it never throws, because an
 * act that has happened cannot be taken back by failing to write about it.
 */
@ProviderType
public interface Audit {
  /** Writes one record. */
  void record(AuditRecord record);
}
