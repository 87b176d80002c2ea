/** When the service may be called, and how others learn of it. */
@NullMarked
package kds.core.ready;

import org.jspecify.annotations.NullMarked;
