/** Servlets of add-ons (OSGi Servlet Whiteboard), behind the door's checks. */
@NullMarked
package kds.http.whiteboard;

import org.jspecify.annotations.NullMarked;
