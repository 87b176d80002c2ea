/**
 * config.yaml: read, checked, fed to Config Admin, watched and written back.
 *
 * <p>{@link kds.core.config.ConfigService} puts the parts together. A file becomes a {@link
 * kds.core.config.Document}, the document with the {@link kds.core.config.Schemas} of the installed
 * bundles becomes {@link kds.core.config.Settings}, and only whole, faultless settings reach the
 * {@link kds.core.config.Feeder}.
 */
@NullMarked
package kds.core.config;

import org.jspecify.annotations.NullMarked;
