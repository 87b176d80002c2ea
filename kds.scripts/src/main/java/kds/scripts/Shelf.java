package kds.scripts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import kds.api.host.HostException;
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

  private final TrustedFiles trusted;

  Shelf(TrustedFiles trusted) {
    this.trusted = trusted;
  }

  /** The scripts of a folder by name; none where there is no folder. */
  List<Script> folder(Path root, String folder) {
    List<Script> scripts = new ArrayList<>();
    Path path = root.resolve(folder);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        if (isMeant(file)) {
          scripts.add(judged(folder + "/" + file.getFileName(), file));
        }
      }
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      scripts.add(refused(folder, path, "The folder " + path + " cannot be read: " + e));
    }
    scripts.sort(java.util.Comparator.comparing(Script::name));
    return scripts;
  }

  /** One script, whether it is there or not. */
  Script one(Path root, String folder, String name) {
    return judged(folder + "/" + name, root.resolve(folder).resolve(name));
  }

  boolean exists(Path root, String folder, String name) {
    return Files.exists(root.resolve(folder).resolve(name), LinkOption.NOFOLLOW_LINKS);
  }

  /** Hidden files, an editor's copies and documents lie in such folders too and are no scripts. */
  private static boolean isMeant(Path file) {
    String name = file.getFileName().toString();
    if (name.startsWith(".") || name.endsWith("~") || Files.isDirectory(file)) {
      return false;
    }
    return !Files.isRegularFile(file) || isExecutable(file) || startsLikeAScript(file);
  }

  private Script judged(String name, Path file) {
    try {
      trusted.check(file);
      if (!Files.isRegularFile(file)) {
        return refused(name, file, file + " is not a regular file");
      }
      return judged(name, file, top(file));
    } catch (HostException e) {
      return refused(name, file, e.getMessage());
    } catch (IOException e) {
      return refused(name, file, file + " cannot be read: " + e.getMessage());
    }
  }

  private Script judged(String name, Path file, byte[] top) throws HostException {
    if (top.length == 0) {
      return new Script(name, file, PLAIN, Standing.EMPTY, file + " is empty: nothing to run");
    }
    if (!isExecutable(file)) {
      return refused(name, file, file + " is not executable. Run: chmod 755 '" + file + "'");
    }
    if (startsWith(top, ELF)) {
      return new Script(name, file, PLAIN, Standing.GOOD, "");
    }
    String text = new String(top, StandardCharsets.UTF_8);
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

  private static boolean startsLikeAScript(Path file) {
    try {
      byte[] top = top(file);
      return top.length > 1 && top[0] == '#' && top[1] == '!';
    } catch (IOException _) {
      // It will be refused with its reason.
      return true;
    }
  }

  private static byte[] top(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(TOP);
    }
  }

  private static boolean startsWith(byte[] bytes, byte[] start) {
    return bytes.length >= start.length
        && java.util.Arrays.equals(bytes, 0, start.length, start, 0, start.length);
  }

  private static boolean isExecutable(Path file) {
    try {
      Set<PosixFilePermission> modes = Files.getPosixFilePermissions(file);
      return modes.contains(PosixFilePermission.OWNER_EXECUTE)
          || modes.contains(PosixFilePermission.GROUP_EXECUTE)
          || modes.contains(PosixFilePermission.OTHERS_EXECUTE);
    } catch (IOException _) {
      return false;
    }
  }
}
