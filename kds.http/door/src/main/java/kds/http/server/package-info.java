/** The door itself: the listener, and the order in which a request passes its checks. */
@NullMarked
package kds.http.server;

import org.jspecify.annotations.NullMarked;
