/** What the log says, and in which form. */
@NullMarked
package kds.core.logging;

import org.jspecify.annotations.NullMarked;
