/** Which files decide what the service does, and who may write to them. */
@NullMarked
package kds.core.trust;

import org.jspecify.annotations.NullMarked;
