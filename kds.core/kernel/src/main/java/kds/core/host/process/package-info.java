/** Runs programs, each in a control group of its own: {@link kds.api.host.HostProcesses}. */
@NullMarked
package kds.core.host.process;

import org.jspecify.annotations.NullMarked;
