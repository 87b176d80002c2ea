/**
 * The machine, entered as a given user: accounts and files.
 *
 * <p>What is promised is kept by asking the operating system. A path is never judged by its text;
 * it is opened with the identity of whom it is opened for, below a folder held open.
 */
@NullMarked
package kds.core.host;

import org.jspecify.annotations.NullMarked;
