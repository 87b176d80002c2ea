/**
 * The system calls, and the threads that may make them as somebody else. Made for the 64-bit ABI of
 * glibc on x86-64 and arm64, Linux 5.6 or newer.
 */
@NullMarked
package kds.core.host.linux;

import org.jspecify.annotations.NullMarked;
