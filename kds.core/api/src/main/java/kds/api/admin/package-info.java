/** What root on this machine can ask of the service, by its admin socket. */
@Export
@Version("1.0.0")
@NullMarked
package kds.api.admin;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
