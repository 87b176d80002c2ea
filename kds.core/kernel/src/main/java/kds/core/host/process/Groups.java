package kds.core.host.process;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How processes are kept together. Names of groups are checked before they come here. Thread-safe.
 */
interface Groups extends AutoCloseable {
  /**
   * Makes a group, or does nothing when there is one.
   *
   * @param maxTasks how many processes and threads it may have; a group that exists is never
   *     narrowed
   */
  void create(String group, int maxTasks) throws IOException;

  /** Puts a process into a group; its later children are born there. */
  void admit(String group, long pid) throws IOException;

  /** What a program's environment needs besides what was asked for; mostly nothing. */
  default Map<String, String> marks(String group) {
    return Map.of();
  }

  /** The processes in a group now; a zombie is none. */
  Set<Long> members(String group) throws IOException;

  /** Whether a process is in a group. */
  boolean contains(String group, long pid) throws IOException;

  /** Whether nobody lives in a group; true for an unknown one. */
  boolean isEmpty(String group) throws IOException;

  /** Kills what is in a group, as far as the operating system does that at one stroke. */
  void kill(String group) throws IOException;

  /** Moves one process; a process that ended meanwhile is none. */
  void move(long pid, String from, String to) throws IOException;

  /** Removes a group if nobody lives in it. */
  void remove(String group) throws IOException;

  /** The groups there are, empty ones among them. */
  List<String> names() throws IOException;

  /** Gives up what is kept for groups, if there are none. Never waits. */
  @Override
  void close();

  /** What these groups can and cannot do, for people. */
  Standing standing();

  /**
   * What groups can and cannot do.
   *
   * @param complete whether nothing can escape and task limits hold
   * @param text in a sentence
   */
  record Standing(boolean complete, String text) {}
}
