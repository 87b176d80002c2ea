/** The service's own state on disk, for capabilities. */
@NullMarked
package kds.core.state;

import org.jspecify.annotations.NullMarked;
