/** Who is at the other end of a connection, and who has tried too many bad tokens. */
@NullMarked
package kds.http.guard;

import org.jspecify.annotations.NullMarked;
