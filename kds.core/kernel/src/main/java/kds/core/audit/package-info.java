/** What was done with the service's privileges is written down here. */
@NullMarked
package kds.core.audit;

import org.jspecify.annotations.NullMarked;
