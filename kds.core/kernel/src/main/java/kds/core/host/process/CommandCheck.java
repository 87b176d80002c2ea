package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import kds.api.host.HostCommand;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.core.host.linux.Errno;
import kds.core.host.linux.FailedCall;

/** What is wrong with a command, in words. */
final class CommandCheck {
  private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");

  private CommandCheck() {}

  static String group(String group) {
    if (!GROUP.matcher(group).matches()) {
      throw new IllegalArgumentException(
          "A group's name is made of letters, digits, '-', '_' and '.', up to 200, and begins with"
              + " no '.': not '"
              + group
              + "'");
    }
    return group;
  }

  /** Finds before anything is started what the operating system would tell late or not at all. */
  static void check(HostCommand command) throws HostException {
    group(command.group());
    command.words().forEach(word -> noNul(word, "An argument"));
    for (Map.Entry<String, String> variable : command.environment().entrySet()) {
      noNul(variable.getKey(), "The name of a variable");
      noNul(variable.getValue(), "The variable " + variable.getKey());
      if (variable.getKey().isEmpty() || variable.getKey().contains("=")) {
        throw new IllegalArgumentException("No variable can be called '" + variable.getKey() + "'");
      }
    }
    if (command.maxTasks() < 1) {
      throw new IllegalArgumentException("A program is a task: maxTasks is 1 or more");
    }
    Path program = Path.of(command.words().getFirst());
    if (!Files.exists(program)) {
      throw new HostException(Reason.NOT_FOUND, "There is no program " + program);
    }
    if (!Files.isRegularFile(program)) {
      throw new HostException(Reason.WRONG_KIND, program + " is no file, so it cannot be run");
    }
  }

  private static void noNul(String text, String what) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(what + " has a NUL in it");
    }
  }

  /** Why a program was not started, in the domain's words. */
  static HostException refused(HostCommand command, FailedCall e) {
    String program = command.words().getFirst();
    return switch (e.errno()) {
      case Errno.ENOENT ->
          new HostException(
              Reason.NOT_FOUND,
              Files.isDirectory(command.directory())
                  ? program + " names an interpreter in its first line that is not there"
                  : "There is no folder " + command.directory() + " to run " + program + " in",
              e);
      case Errno.EACCES ->
          new HostException(
              Reason.DENIED, program + " may not be executed: chmod +x, and no noexec mount", e);
      case Errno.ENOEXEC ->
          new HostException(
              Reason.WRONG_KIND,
              program + " is no program for this machine, nor a script that begins with #!",
              e);
      case Errno.E2BIG ->
          new HostException(
              Reason.TOO_LARGE, "Arguments and environment of " + program + " are too large", e);
      case Errno.EAGAIN, Errno.ENOMEM, Errno.EMFILE, Errno.ENFILE, Errno.ETXTBSY ->
          new HostException(
              Reason.BUSY,
              program + " cannot be started now (" + e.getMessage() + "); try later",
              e);
      default -> failed("starting " + program, e);
    };
  }

  /** A failure that has no better word. */
  static HostException failed(String what, IOException e) {
    return new HostException(Reason.IO, "Failed at " + what + ": " + e.getMessage(), e);
  }
}
