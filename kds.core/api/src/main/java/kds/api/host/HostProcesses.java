package kds.api.host;

import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs programs on the machine, each in a control group of its own, so that nothing of one can hide
 * or be left over. Implemented by the kernel. Thread-safe.
 *
 * <p>Where systemd runs, the groups are transient scopes; elsewhere they are made below the
 * service's own. The groups outlive the service: {@link #groups} finds them again.
 */
@ProviderType
public interface HostProcesses {
  /**
   * Starts a program.
   *
   * @return running; its exit is told by {@link HostProcess#exit()}
   * @throws HostException {@link HostException.Reason#NOT_FOUND} when there is no such program,
   *     interpreter or folder, {@link HostException.Reason#DENIED} when it is not executable,
   *     {@link HostException.Reason#WRONG_KIND} when it is no program, {@link
   *     HostException.Reason#BUSY} when no process can be made, {@link
   *     HostException.Reason#UNPRIVILEGED} when the service may not act for the user, {@link
   *     HostException.Reason#SYSTEM_ACCOUNT} when nobody may
   * @throws IllegalArgumentException when a word, variable or the group's name cannot be one
   */
  HostProcess start(HostCommand command) throws HostException;

  /**
   * The groups of this service that still hold processes, as after a restart of the service.
   *
   * @return their names, see {@link HostCommand#group()}
   */
  List<String> groups() throws HostException;

  /**
   * Ends every process of a group: TERM, a time of grace, KILL; it returns when none is left.
   *
   * @param group as {@link HostCommand#group()}; an unknown or empty one is a success
   * @throws HostException {@link HostException.Reason#TIMEOUT} when something cannot be killed, as
   *     a process stuck in the kernel
   */
  void end(String group, Duration grace) throws HostException;
}
