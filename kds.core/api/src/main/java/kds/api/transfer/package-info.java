/**
 * Files between a person's own computer and the desktop.
 *
 * <p>Paths are relative to the folder that the rules of {@link kds.api.transfer.Place} pick; parts
 * separated by {@code /}.
 */
@Export
@Version("1.0.0")
@NullMarked
package kds.api.transfer;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
