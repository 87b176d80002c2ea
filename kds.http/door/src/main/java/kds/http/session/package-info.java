/** Calls that start, end and watch sessions. */
@NullMarked
package kds.http.session;

import org.jspecify.annotations.NullMarked;
