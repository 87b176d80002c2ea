package kds.core.host.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A folder of one control group hierarchy in which the service makes its groups, one folder each.
 *
 * @param root the folder
 * @param unified whether this is cgroup v2, which tells whether a group is populated and kills one
 *     at a stroke
 * @param limits whether groups here have the pids controller
 */
record Hierarchy(Path root, boolean unified, boolean limits) {
  // A name of its own kind: no group can be called like a file that the kernel puts there.
  private static final String SUFFIX = ".group";

  Path folder(String group) {
    return root.resolve(group + SUFFIX);
  }

  void create(String group, int maxTasks) throws IOException {
    Path folder = folder(group);
    boolean made = make(folder);
    if (limits && (made || narrower(folder, maxTasks))) {
      write(folder.resolve("pids.max"), maxTasks == Integer.MAX_VALUE ? "max" : "" + maxTasks);
    }
  }

  private static boolean make(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private static boolean narrower(Path folder, int maxTasks) throws IOException {
    String now = Files.readString(folder.resolve("pids.max")).strip();
    return !now.equals("max") && Long.parseLong(now) < maxTasks;
  }

  void admit(String group, long pid) throws IOException {
    write(folder(group).resolve("cgroup.procs"), Long.toString(pid));
  }

  /** The processes in a group and in groups that they made below it. */
  Set<Long> members(String group) throws IOException {
    Set<Long> members = new HashSet<>();
    for (Path folder : tree(folder(group))) {
      collect(folder, members);
    }
    return members;
  }

  private static void collect(Path folder, Set<Long> members) throws IOException {
    try {
      for (String line : Files.readAllLines(folder.resolve("cgroup.procs"))) {
        // 0 stands for a process that this one cannot see; there is none that it started.
        if (!line.equals("0")) {
          members.add(Long.parseLong(line));
        }
      }
    } catch (NoSuchFileException e) {
      // Removed since it was listed.
    } catch (IOException e) {
      if (Files.exists(folder) && !isThreaded(folder)) {
        throw e;
      }
    }
  }

  /** A threaded group lists no processes of its own: those above it do. */
  private static boolean isThreaded(Path folder) throws IOException {
    Path type = folder.resolve("cgroup.type");
    return Files.exists(type) && Files.readString(type).strip().equals("threaded");
  }

  boolean isEmpty(String group) throws IOException {
    if (!unified) {
      return members(group).isEmpty();
    }
    try {
      return Files.readString(folder(group).resolve("cgroup.events")).contains("populated 0");
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      if (Files.exists(folder(group))) {
        throw e;
      }
      return true;
    }
  }

  /** Nothing can be born in the group any more. */
  void close(String group) throws IOException {
    if (limits) {
      for (Path folder : tree(folder(group))) {
        writeIfThere(folder.resolve("pids.max"), "0");
      }
    }
  }

  /** Kills all at one stroke, where the kernel can (5.14). */
  void kill(String group) throws IOException {
    if (unified) {
      writeIfThere(folder(group).resolve("cgroup.kill"), "1");
    }
  }

  /** Removes a group that is empty, with the groups below it. */
  void remove(String group) throws IOException {
    List<Path> tree = tree(folder(group));
    for (int i = tree.size() - 1; i >= 0; i--) {
      Files.deleteIfExists(tree.get(i));
    }
  }

  List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, "*" + SUFFIX)) {
      for (Path folder : folders) {
        String name = folder.getFileName().toString();
        names.add(name.substring(0, name.length() - SUFFIX.length()));
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return names;
  }

  /** A folder and the folders below it, each before its own; empty when there is none. */
  private static List<Path> tree(Path folder) throws IOException {
    List<Path> tree = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      tree.add(folder);
    }
    for (int i = 0; i < tree.size(); i++) {
      try (DirectoryStream<Path> below =
          Files.newDirectoryStream(tree.get(i), Files::isDirectory)) {
        below.forEach(tree::add);
      } catch (NoSuchFileException | DirectoryIteratorException e) {
        // Removed since it was listed.
      }
    }
    return tree;
  }

  private static void writeIfThere(Path file, String text) throws IOException {
    if (Files.exists(file)) {
      try {
        write(file, text);
      } catch (IOException e) {
        if (Files.exists(file)) {
          throw e;
        }
      }
    }
  }

  static void write(Path file, String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
  }
}
