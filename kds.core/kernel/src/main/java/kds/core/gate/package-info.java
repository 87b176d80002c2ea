/**
 * The gates: how a call reaches a capability while its bundles come, go, and are replaced.
 *
 * <p>A {@link kds.core.gate.Gate} stands before each service type of each capability. Calls enter
 * it through two {@link kds.core.gate.Turnstile}s: the capability's ({@link
 * kds.core.gate.Premises}), which shuts when it is switched off, and that of the bundle generation,
 * which shuts when a newer one has taken over. Nothing here blocks, and no lock is held while a
 * service is obtained or a caller is answered.
 */
@NullMarked
package kds.core.gate;

import org.jspecify.annotations.NullMarked;
