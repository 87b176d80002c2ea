/** Knows when a user's desktop can be used, and ends it with his last session. */
@NullMarked
package kds.core.display;

import org.jspecify.annotations.NullMarked;
