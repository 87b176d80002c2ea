/** Runs the operator's scripts and the built-in ones, and keeps what they said. */
@NullMarked
package kds.scripts;

import org.jspecify.annotations.NullMarked;
