package kds.core.host;

/**
 * Names of owners, for people to read. Answers from memory where it can, and never waits long: a
 * number where the name service knows no name or is slow.
 */
interface Names {
  /** The name of a user. */
  String user(long uid);

  /** The name of a group. */
  String group(long gid);
}
