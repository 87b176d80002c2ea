/** Shows uploads to ClamAV. A worked example of an inspector of uploads. */
@NullMarked
package kds.storage.clamav;

import org.jspecify.annotations.NullMarked;
