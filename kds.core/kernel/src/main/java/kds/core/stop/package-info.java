/** How the service ends when it is told to. */
@NullMarked
package kds.core.stop;

import org.jspecify.annotations.NullMarked;
