package kds.run.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;

/**
 * A tree. Two are the same when no byte of a name or of a content differs: Java changes no name
 * that is UTF-8.
 *
 * @param files the paths of its files with the sum of each one's content; several sums where files
 *     were given the same name
 * @param folders the paths of its folders
 */
record FileTree(Map<String, Set<Long>> files, Set<String> folders) {
  private static final int DEPTH = 8;
  private static final int IN_A_CHAIN = 250;
  private static final int LONGEST_FOLDER = 200;

  private static FileTree empty() {
    return new FileTree(new TreeMap<>(), new TreeSet<>());
  }

  /** The content of the file with a number: every 50th is empty, every 500th large. */
  static byte[] content(int number) {
    int size = number % 50 == 0 ? 0 : number % 500 == 7 ? 300_000 : 1 + number * 37 % 900;
    byte[] content = new byte[size];
    new Random(number).nextBytes(content);
    return content;
  }

  static long sum(byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    return (long) content.length << 32 | crc.getValue();
  }

  /**
   * Paths of files in chains of eight folders, each with all kinds of names: the n-th is the path
   * of the file with the number n.
   */
  static List<String> paths(int count) {
    List<String> names = OddNames.all();
    List<String> folders =
        names.stream()
            .filter(name -> name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_FOLDER)
            .map(name -> name + ".d")
            .toList();
    Set<String> paths = new TreeSet<>();
    List<String> ordered = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      StringBuilder path = new StringBuilder();
      int chain = i / IN_A_CHAIN;
      for (int level = 0; level <= i % DEPTH; level++) {
        path.append(folders.get((chain + 11 * level) % folders.size())).append('/');
      }
      path.append(names.get((i / DEPTH + 31 * chain) % names.size()));
      if (!paths.add(path.toString())) {
        throw new IllegalStateException("Twice: " + path);
      }
      ordered.add(path.toString());
    }
    return ordered;
  }

  /** The tree of these files. */
  static FileTree of(List<String> paths) {
    FileTree tree = empty();
    for (int i = 0; i < paths.size(); i++) {
      String path = paths.get(i);
      tree.files.put(path, Set.of(sum(content(i))));
      for (int end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
        tree.folders.add(path.substring(0, end));
      }
    }
    return tree;
  }

  /** The tree that is left when names are changed. */
  FileTree renamed(UnaryOperator<String> name) {
    FileTree tree = empty();
    files.forEach(
        (path, sums) ->
            tree.files.computeIfAbsent(name.apply(path), _ -> new TreeSet<>()).addAll(sums));
    folders.forEach(folder -> tree.folders.add(name.apply(folder)));
    return tree;
  }

  /** The tree below a folder. */
  static FileTree read(Path top) throws IOException {
    FileTree tree = empty();
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (!folder.equals(top)) {
              tree.folders.add(top.relativize(folder).toString());
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            tree.files.put(top.relativize(file).toString(), Set.of(sum(Files.readAllBytes(file))));
            return FileVisitResult.CONTINUE;
          }
        });
    return tree;
  }
}
