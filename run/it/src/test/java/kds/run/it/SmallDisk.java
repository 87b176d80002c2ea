package kds.run.it;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A small file system, mounted at a folder of its own; gone when closed. Needs root. */
final class SmallDisk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SmallDisk.class);

  private final Path folder;
  private final Path image;
  private volatile boolean mounted;
  private final Thread lastResort = new Thread(this::remove);

  private SmallDisk(Path folder) {
    this.folder = folder;
    this.image = folder.resolveSibling(folder.getFileName() + ".img");
    Runtime.getRuntime().addShutdownHook(lastResort);
  }

  static void requireRoot(String what) {
    if (!"root".equals(System.getProperty("user.name"))) {
      skip(what + " needs root");
    }
  }

  /** Skips the test, and says why where it is seen. */
  static void skip(String reason) {
    LOG.warn("Skipped: {}", reason);
    Assumptions.abort(reason);
  }

  /** Skips the test when a program is not there. */
  static void requireProgram(String program, String debianPackage) throws Exception {
    if (Host.run("sh", "-c", "command -v " + program).exit() != 0) {
      skip("needs " + program + " (apt-get install " + debianPackage + ")");
    }
  }

  static SmallDisk tmpfs(Path folder, int mebibytes) throws Exception {
    Files.createDirectories(folder);
    SmallDisk disk = new SmallDisk(folder);
    return disk.orGone(
        () -> disk.mount("-t", "tmpfs", "-o", "size=" + mebibytes + "m,mode=755", "tmpfs"));
  }

  /** An ext4 without blocks that are kept for root. */
  static SmallDisk ext4(Path folder, int mebibytes) throws Exception {
    return image(folder, mebibytes, "mkfs.ext4", "-q", "-m", "0");
  }

  /** A btrfs whose content may not take more than a part of it: the quota of this kernel. */
  static SmallDisk btrfs(Path folder, int mebibytes, int quota) throws Exception {
    requireProgram("mkfs.btrfs", "btrfs-progs");
    SmallDisk disk = image(folder, mebibytes, "mkfs.btrfs", "-q");
    return disk.orGone(
        () -> {
          Outcome enabled = Host.run("btrfs", "quota", "enable", folder.toString());
          if (enabled.exit() != 0) {
            skip("no quota groups: " + enabled.errors());
          }
          Host.succeed("btrfs", "qgroup", "limit", quota + "M", "0/5", folder.toString());
        });
  }

  private static SmallDisk image(Path folder, int mebibytes, String... format) throws Exception {
    Files.createDirectories(folder);
    SmallDisk disk = new SmallDisk(folder);
    List<String> words = new ArrayList<>(List.of(format));
    words.add(disk.image.toString());
    return disk.orGone(
        () -> {
          Host.succeed("truncate", "-s", mebibytes + "M", disk.image.toString());
          Host.succeed(words.toArray(String[]::new));
          disk.mount("-o", "loop", disk.image.toString());
        });
  }

  /** What makes it. */
  @FunctionalInterface
  private interface Making {
    void run() throws Exception;
  }

  /** This, once it is made; when that fails, nothing of it stays. */
  private SmallDisk orGone(Making making) throws Exception {
    try {
      making.run();
      return this;
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  private void mount(String... what) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("mount"));
    words.addAll(List.of(what));
    words.add(folder.toString());
    Host.succeed(words.toArray(String[]::new));
    mounted = true;
  }

  /** What is free, after what was removed has been given back. */
  long free() throws Exception {
    Host.succeed("sync", "-f", folder.toString());
    FileStore store = Files.getFileStore(folder);
    return store.getUsableSpace();
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(lastResort);
    remove();
  }

  private void remove() {
    try {
      if (mounted) {
        Host.succeed("umount", folder.toString());
        mounted = false;
      }
      Files.deleteIfExists(image);
    } catch (IOException | InterruptedException | AssertionError e) {
      LOG.error("{} was left behind", folder, e);
    }
  }
}
