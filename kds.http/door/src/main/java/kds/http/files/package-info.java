/** Files up and down: the HTTP side of the capability transfer. */
@NullMarked
package kds.http.files;

import org.jspecify.annotations.NullMarked;
