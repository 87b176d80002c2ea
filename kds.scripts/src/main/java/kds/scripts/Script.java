package kds.scripts;

import java.nio.file.Path;

/**
 * A script that was found, and what may be done with it.
 *
 * @param name its path below the scripts folder, as {@code session_start/10-hello.sh}
 * @param file where it is
 * @param header what it asks for
 * @param standing whether it can be run
 * @param why when it cannot: what is wrong and what to do
 */
record Script(String name, Path file, Header header, Standing standing, String why) {
  /** Whether a script can be run. */
  enum Standing {
    /** It can. */
    GOOD,
    /** There is nothing in it, so there is nothing to run. */
    EMPTY,
    /** It cannot. */
    REFUSED
  }

  String fileName() {
    return file.getFileName().toString();
  }
}
