/**
 * The session engine: starts and ends sessions step by step, journalled, so that the death of the
 * service at any moment leaves each of them in a defined state (design, section 4).
 */
@NullMarked
package kds.core.session;

import org.jspecify.annotations.NullMarked;
