package kds.run.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A process of a person on the desktop that has opened the hidden file of an upload, and changes it
 * when it is told to.
 */
final class Meddler implements AutoCloseable {
  static final String EVIL = "EVIL!";
  private static final Duration SOON = Duration.ofSeconds(30);

  /** Takes the folder of the hidden file. */
  private static final String SCRIPT =
      """
      $| = 1;
      my ($name) = glob "$ARGV[0]/.kds-*.part";
      open my $file, '+<', $name or die "$name: $!";
      sub put { sysseek $file, 0, 0; syswrite $file, $_[0] }
      sub get { sysseek $file, 0, 0; sysread $file, my $there, 5; $there }
      print "opened\\n";
      while (<STDIN>) {
        if (/overwrite/) { put 'EVIL!'; print get, "\\n" }
        if (/flicker/) { my $good = get; print "flickers\\n"; while () { put 'EVIL!'; put $good } }
      }
      """;

  private final Running process;

  private Meddler(Running process) {
    this.process = process;
  }

  static Meddler open(LocalUser user, Path log) throws IOException, InterruptedException {
    List<String> perl = List.of("perl", "-e", SCRIPT, user.downloads().toString());
    Meddler meddler = new Meddler(Running.start(log, user.words(perl)));
    meddler.process.await("^opened$", SOON);
    return meddler;
  }

  /** Overwrites the first bytes, and reads them back. */
  void overwrite() throws InterruptedException {
    process.say("overwrite");
    process.await("^" + EVIL + "$", SOON);
  }

  /** Overwrites the first bytes and brings them back, over and over, until this is closed. */
  void flicker() throws InterruptedException {
    process.say("flicker");
    process.await("^flickers$", SOON);
  }

  @Override
  public void close() {
    process.close();
  }
}
