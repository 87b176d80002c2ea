/** The operator's scripts, and the built-in ones (behaviour page, "Scripts"). */
@Export
@Version("1.1.0")
@NullMarked
package kds.api.script;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
