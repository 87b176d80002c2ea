/** Who called what: one line for each request. */
@NullMarked
package kds.http.log;

import org.jspecify.annotations.NullMarked;
