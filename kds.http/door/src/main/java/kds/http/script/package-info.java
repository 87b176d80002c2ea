/** Calls that tell of the runs of scripts. */
@NullMarked
package kds.http.script;

import org.jspecify.annotations.NullMarked;
