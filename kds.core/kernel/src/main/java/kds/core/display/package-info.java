/** Knows when a user's desktop can be used. */
@NullMarked
package kds.core.display;

import org.jspecify.annotations.NullMarked;
