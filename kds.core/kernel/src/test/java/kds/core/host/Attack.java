package kds.core.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A hostile local user at work: processes of his own that exchange files, folders, links and pipes
 * in his Downloads folder as fast as they can. Outside of his home lie files of root's, which he
 * wants the service to read or to write for him.
 */
final class Attack implements AutoCloseable {
  static final String SECRET = "only root may read this";

  private static final String EXCHANGE =
      """
      my $call = `uname -m` =~ /aarch64/ ? 276 : 316;
      my ($outside, $rounds) = (@ARGV, 0);
      sub exchange { my ($a, $b) = @_; syscall($call, -100, $a, -100, $b, 2) }
      """;

  private static final String FILES =
      EXCHANGE
          + """
          symlink "$outside/canary", "file-link"; system "mkfifo", "pipe";
          link "$outside/canary", "hard";
          while (1) {
            exchange("file", "file-link"); exchange("other", "pipe"); exchange("third", "hard");
            symlink "$outside/canary", "fresh"; rename "fresh", "replaced"; unlink "fresh";
            unlink "hard"; link "$outside/canary", "hard";
          }
          """;

  private static final String FOLDERS =
      EXCHANGE
          + """
          symlink $outside, "folder-link"; symlink $outside, "../inner-link";
          while (1) {
            exchange("folder", "folder-link"); exchange("a/b", "../inner-link");
            rename "a", "../away"; symlink $outside, "a"; unlink "a"; rename "../away", "a";
          }
          """;

  private final TestUser user;
  private final List<Process> attackers = new ArrayList<>();
  private final Path outside;
  private final List<Path> mountPoints = new ArrayList<>();

  Attack(TestUser user) throws Exception {
    this.user = user;
    this.outside = Files.createDirectory(user.base().resolve("outside"));
    Files.writeString(canary(), SECRET);
    TestUser.run("chmod", "711", outside.toString());
    TestUser.run("chmod", "600", canary().toString());
    user.sh(
        """
        mkdir -p Downloads/folder Downloads/a/b Downloads/mounted; cd Downloads
        for f in file other third folder/file a/b/file; do echo harmless > $f; done
        """);
  }

  Path outside() {
    return outside;
  }

  Path canary() {
    return outside.resolve("canary");
  }

  Path mountPoint() {
    return user.downloads().resolve("mounted");
  }

  void start() throws Exception {
    attackers.add(user.perl(FILES, outside.toString()));
    attackers.add(user.perl(FOLDERS, outside.toString()));
  }

  /** Root, too, changes what is mounted in there, as an automounter does. */
  void startMounting(Path mountPoint) throws Exception {
    String loop =
        "while :; do mount --bind '%1$s' '%2$s'; umount -l '%2$s'; done"
            .formatted(outside, mountPoint);
    mountPoints.add(mountPoint);
    attackers.add(
        new ProcessBuilder("sh", "-c", loop)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  boolean isUnderWay() {
    return attackers.stream().allMatch(Process::isAlive);
  }

  /** Everything outside that must not change: names, owners, modes, content. */
  String stateOutside() throws Exception {
    return TestUser.run("sh", "-c", "cd '" + outside + "'; stat -c '%n %u %a %s %Y' . * ; cat *");
  }

  @Override
  public void close() throws IOException {
    for (Process attacker : attackers) {
      attacker.destroyForcibly().onExit().join();
    }
    attackers.clear();
    for (Path mountPoint : mountPoints) {
      new ProcessBuilder("umount", "-l", mountPoint.toString()).start().onExit().join();
    }
  }
}
