package kds.run.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** A real account of this machine, whose home may be a disk of its own; gone when closed. */
final class LocalUser implements AutoCloseable {
  /**
   * His number is one of these, not the next free one: it would be that of an account in a machine
   * that another test has booted, and ending his desktop here would end that one's there.
   */
  private static final int FIRST_UID = 40_000;

  private static final int UIDS = 10_000;

  private final String name;
  private final Path base;
  private final Thread lastResort = new Thread(this::remove);
  private SmallDisk disk;

  private LocalUser(String name, Path base) {
    this.name = name;
    this.base = base;
  }

  /** What makes a disk at a folder. */
  @FunctionalInterface
  interface Disk {
    SmallDisk at(Path folder) throws Exception;
  }

  /** One whose home is an ordinary folder. */
  static LocalUser make() throws Exception {
    return make(
        folder -> {
          Files.createDirectory(folder);
          return null;
        });
  }

  static LocalUser make(Disk disk) throws Exception {
    Path base = Files.createTempDirectory("kds-it-");
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
    LocalUser user =
        new LocalUser("kdsit" + Long.toString(System.nanoTime() & 0xffffffffL, 36), base);
    Runtime.getRuntime().addShutdownHook(user.lastResort);
    try {
      user.disk = disk.at(user.home());
      String uid = Integer.toString(FIRST_UID + ThreadLocalRandom.current().nextInt(UIDS));
      Host.succeed(
          "useradd", "-M", "-u", uid, "-d", user.home().toString(), "-s", "/bin/sh", user.name);
      Files.createDirectory(user.downloads());
      Host.succeed("chown", "-R", user.name + ":", user.home().toString());
      return user;
    } catch (Exception | Error e) {
      user.close();
      throw e;
    }
  }

  String name() {
    return name;
  }

  SmallDisk disk() {
    return disk;
  }

  Path downloads() {
    return home().resolve("Downloads");
  }

  /** The words of a command that he runs. */
  List<String> words(List<String> command) {
    return Stream.concat(Stream.of("runuser", "-u", name, "--"), command.stream()).toList();
  }

  private Path home() {
    return base.resolve("home");
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(lastResort);
    remove();
  }

  private void remove() {
    try {
      Host.run("userdel", "-f", name);
      if (disk != null) {
        disk.close();
      }
      Service.delete(base);
    } catch (IOException | InterruptedException | RuntimeException e) {
      LoggerFactory.getLogger(LocalUser.class).error("The user {} was left behind", name, e);
    }
  }
}
