/** How values that Config Admin carries as text are written and read. */
@Export
@Version("1.0.0")
@NullMarked
package kds.api.config;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
