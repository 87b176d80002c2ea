/** All routes in one place. */
@NullMarked
package kds.http.table;

import org.jspecify.annotations.NullMarked;
