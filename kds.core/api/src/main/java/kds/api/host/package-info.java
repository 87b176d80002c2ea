/**
 * The machine, entered as a given user. Every privileged act of every bundle goes through here: one
 * place to audit, one seam to move into a process of its own later.
 */
@Export
@Version("1.0.0")
@NullMarked
package kds.api.host;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
