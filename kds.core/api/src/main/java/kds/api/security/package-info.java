/**
 * Who is asking, and what is written down about it.
 *
 * <p>Every service that acts for someone takes a {@link kds.api.security.Caller}; every privileged
 * act leaves a record with {@link kds.api.security.Audit}.
 */
@Export
@Version("1.0.0")
@NullMarked
package kds.api.security;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
