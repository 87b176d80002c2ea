package kds.scripts;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import kds.api.host.FileLook;
import kds.api.host.HostException;
import kds.api.host.OperatorFiles;
import kds.api.host.TrustedFiles;
import kds.scripts.Script.Standing;

/**
 * Finds scripts and judges whether they can be run. Keeps nothing: a script may change any time.
 */
final class Shelf {
  /** How much of a script is looked at for its first line and its header. */
  private static final int TOP = 8192;

  private static final Header PLAIN = Header.of("");
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
  private static final byte[] MARK = {'#', '!'};

  private final TrustedFiles trusted;
  private final OperatorFiles files;

  Shelf(TrustedFiles trusted, OperatorFiles files) {
    this.trusted = trusted;
    this.files = files;
  }

  /** The scripts of a folder by name; none where there is no folder. */
  List<Script> folder(Path root, String folder) {
    List<Script> scripts = new ArrayList<>();
    Path path = root.resolve(folder);
    try {
      for (String name : files.names(path)) {
        Path file = path.resolve(name);
        Optional<FileLook> look = isPassedOver(name) ? Optional.empty() : files.look(file, TOP);
        if (look.isPresent() && isMeant(look.get())) {
          scripts.add(judged(folder + "/" + name, file, look.get()));
        }
      }
    } catch (HostException e) {
      if (e.reason() == HostException.Reason.NOT_FOUND) {
        return List.of();
      }
      scripts.add(refused(folder, path, e.getMessage()));
    }
    scripts.sort(Comparator.comparing(Script::name));
    return scripts;
  }

  /** One script; empty when it is not there. */
  Optional<Script> one(Path root, String folder, String name) {
    Path file = root.resolve(folder).resolve(name);
    try {
      return files.look(file, TOP).map(look -> judged(folder + "/" + name, file, look));
    } catch (HostException e) {
      return Optional.of(refused(folder + "/" + name, file, e.getMessage()));
    }
  }

  /** Hidden files and an editor's copies lie in such folders too. */
  private static boolean isPassedOver(String name) {
    return name.startsWith(".") || name.endsWith("~");
  }

  /** So do folders and documents. What cannot be told is meant, and will be refused. */
  private static boolean isMeant(FileLook look) {
    return switch (look.kind()) {
      case FOLDER -> false;
      case FILE ->
          look.isExecutable() || look.link() && look.beginning().length == 0 || hasMark(look);
      case OTHER, NOTHING -> true;
    };
  }

  private static boolean hasMark(FileLook look) {
    return startsWith(look.beginning(), MARK);
  }

  private Script judged(String name, Path file, FileLook look) {
    try {
      trusted.check(file);
      return look.kind() == FileLook.Kind.FILE
          ? judgedFile(name, file, look)
          : refused(name, file, file + " is not a regular file");
    } catch (HostException e) {
      return refused(name, file, e.getMessage());
    }
  }

  private Script judgedFile(String name, Path file, FileLook look) throws HostException {
    byte[] top = look.beginning();
    if (top.length == 0) {
      return new Script(name, file, PLAIN, Standing.EMPTY, file + " is empty: nothing to run");
    }
    if (!look.isExecutable()) {
      return refused(name, file, file + " is not executable. Run: chmod 755 '" + file + "'");
    }
    if (startsWith(top, ELF)) {
      return new Script(name, file, PLAIN, Standing.GOOD, "");
    }
    String text = wholeLines(top);
    String first = text.lines().findFirst().orElse("");
    if (!first.startsWith("#!")) {
      return refused(
          name,
          file,
          file + " does not say what runs it. Its first line has to be like #!/bin/bash");
    }
    if (text.indexOf('\r') >= 0 && text.indexOf('\r') <= first.length()) {
      return refused(
          name,
          file,
          file + " has the line ends of Windows. Run: sed -i 's/\\r$//' '" + file + "'");
    }
    return withInterpreter(name, file, text, first.substring(2).strip().split("\\s+", 2)[0]);
  }

  /** Whoever can change the interpreter decides what the script does, so it is checked as well. */
  private Script withInterpreter(String name, Path file, String text, String interpreter)
      throws HostException {
    if (!interpreter.startsWith("/")) {
      return refused(
          name, file, file + " names its interpreter '" + interpreter + "', not by its whole path");
    }
    try {
      trusted.check(Path.of(interpreter));
    } catch (InvalidPathException e) {
      return refused(
          name, file, file + " names an interpreter that no path can be: " + e.getReason());
    } catch (HostException e) {
      if (e.reason() == HostException.Reason.NOT_FOUND) {
        return refused(
            name, file, file + " wants to be run by " + interpreter + ", which is not installed");
      }
      throw e;
    }
    try {
      return new Script(name, file, Header.of(text), Standing.GOOD, "");
    } catch (IllegalArgumentException e) {
      return refused(name, file, file + ": " + e.getMessage());
    }
  }

  private static Script refused(String name, Path file, String why) {
    return new Script(name, file, PLAIN, Standing.REFUSED, why);
  }

  /** What is cut off in the middle of a line would be read as something else. */
  private static String wholeLines(byte[] top) {
    String text = new String(top, StandardCharsets.UTF_8);
    return top.length < TOP ? text : text.substring(0, text.lastIndexOf('\n') + 1);
  }

  private static boolean startsWith(byte[] bytes, byte[] start) {
    return bytes.length >= start.length
        && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
  }
}
