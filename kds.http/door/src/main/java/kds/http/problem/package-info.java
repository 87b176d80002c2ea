/** Errors as the caller sees them. */
@NullMarked
package kds.http.problem;

import org.jspecify.annotations.NullMarked;
