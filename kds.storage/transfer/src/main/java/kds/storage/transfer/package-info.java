/** The capability {@code transfer}: the files of a session, up and down. */
@NullMarked
package kds.storage.transfer;

import org.jspecify.annotations.NullMarked;
