/**
 * What the service can do, switched and swapped while it runs.
 *
 * <p>A capability is a bundle that registers services marked with {@link
 * kds.api.capability.Capability#PROPERTY}. Its components name the condition {@link
 * kds.api.capability.Capability#CONDITION_PREFIX}{@code <name>} as their satisfying condition, so
 * that none exists before its configuration is there or while it is switched off.
 */
@Export
@Version("1.0.0")
@NullMarked
package kds.api.capability;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
