/**
 * The deployer: puts bundles from the folder {@code deploy/} beside those that serve, and takes the
 * old ones away when nobody uses them any more.
 *
 * <p>Two threads: one watches the folder, one installs. Bundles start on short-lived threads of
 * their own, and are stopped and uninstalled on others, so that one that hangs there hangs alone.
 * Nothing happens on the thread of an event.
 */
@NullMarked
package kds.core.deploy;

import org.jspecify.annotations.NullMarked;
