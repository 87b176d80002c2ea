package kds.core.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

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
      my ($outside, $service) = (@ARGV, getppid());
      sub exchange { my ($a, $b) = @_; syscall($call, -100, $a, -100, $b, 2) }
      """;

  private static final String FILES =
      EXCHANGE
          + """
          symlink "$outside/canary", "file-link"; system "mkfifo", "pipe";
          link "$outside/canary", "hard";
          while (getppid() == $service) {
            exchange("file", "file-link"); exchange("other", "pipe"); exchange("third", "hard");
            symlink "$outside/canary", "fresh"; rename "fresh", "replaced"; unlink "fresh";
            unlink "hard"; link "$outside/canary", "hard";
          }
          """;

  private static final String FOLDERS =
      EXCHANGE
          + """
          symlink $outside, "folder-link"; symlink $outside, "../inner-link";
          while (getppid() == $service) {
            exchange("folder", "folder-link"); exchange("a/b", "../inner-link");
            rename "a", "../away"; symlink $outside, "a"; unlink "a"; rename "../away", "a";
          }
          """;

  private final TestUser user;
  private final List<Process> attackers = new ArrayList<>();
  private final Path outside;
  private final List<Process> mounting = new ArrayList<>();

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
        "while [ ! -e '%1$s' ] && kill -0 $PPID; do mount --bind '%2$s' '%3$s'; umount -l '%3$s'; done"
            .formatted(enough(), outside, mountPoint);
    mounting.add(
        new ProcessBuilder("sh", "-c", loop)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  private Path enough() {
    return user.base().resolve("enough");
  }

  boolean isUnderWay() {
    return Stream.concat(attackers.stream(), mounting.stream()).allMatch(Process::isAlive);
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
    if (!mounting.isEmpty()) {
      Files.writeString(enough(), ""); // killed, it might leave a mount behind
      mounting.forEach(each -> each.onExit().join());
      mounting.clear();
      Files.delete(enough());
    }
  }
}
