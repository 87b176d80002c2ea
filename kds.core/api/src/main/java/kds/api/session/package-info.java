/** A person's session on this desktop server, as the control plane knows it. */
@Export
@Version("1.0.0")
@NullMarked
package kds.api.session;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
