/** The way of an authenticated request to the code that serves it. */
@NullMarked
package kds.http.route;

import org.jspecify.annotations.NullMarked;
