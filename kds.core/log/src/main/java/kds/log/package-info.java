/** How records of the log are written: their forms, and the way to standard output. */
@NullMarked
package kds.log;

import org.jspecify.annotations.NullMarked;
