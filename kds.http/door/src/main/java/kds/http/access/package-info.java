/** What a call needs of its caller's token. */
@NullMarked
package kds.http.access;

import org.jspecify.annotations.NullMarked;
