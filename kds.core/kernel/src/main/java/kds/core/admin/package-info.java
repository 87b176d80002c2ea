/** The socket by which root on this machine talks to the service. */
@NullMarked
package kds.core.admin;

import org.jspecify.annotations.NullMarked;
