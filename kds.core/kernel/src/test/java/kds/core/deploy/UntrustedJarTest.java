package kds.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicBoolean;
import kds.api.host.HostException;
import kds.api.host.TrustedFiles;
import kds.core.trust.OwnedFiles;
import org.junit.jupiter.api.Test;

/** Jars and folders that somebody else could change, or exchange under the eye. */
class UntrustedJarTest extends OverShippedToy {
  @Test
  void aJarThatOthersCanWriteToIsRefusedWithTheRemedy() throws Exception {
    rig.start();
    Path beside = home.resolve("beside.jar");
    Files.copy(rig.toys.good("1.0.1"), beside);
    Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rw-rw-rw-"));
    Path jar = Files.move(beside, rig.deploy.resolve("toy.jar"));
    assertThat(rig.awaitRefusal("toy.jar")).contains("chmod go-w " + jar);
    assertThat(rig.version()).isEqualTo("1.0.0");
    Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
    rig.awaitServing("1.0.1");
  }

  @Test
  void aJarOfSomebodyElseIsRefusedWithTheRemedy() throws Exception {
    assumeTrue(isRoot(), "skipped: only root can give a file away");
    rig.start();
    Path beside = home.resolve("beside.jar");
    Files.copy(rig.toys.good("1.0.1"), beside);
    Files.setAttribute(beside, "unix:uid", 65534);
    Path jar = Files.move(beside, rig.deploy.resolve("toy.jar"));
    assertThat(rig.awaitRefusal("toy.jar")).contains("65534").contains("chown").contains("" + jar);
    assertThat(rig.version()).isEqualTo("1.0.0");
  }

  @Test
  void aFolderThatOthersCanWriteToIsNotLookedAt() throws Exception {
    rig.start();
    rig.swapTo("1.0.1");
    Files.setPosixFilePermissions(rig.deploy, PosixFilePermissions.fromString("rwxrwxrwx"));
    rig.drop(rig.toys.good("1.0.2"), "toy.jar");
    assertThat(rig.awaitRefusal(rig.deploy.toString())).contains("chmod go-w");
    assertThat(rig.version()).as("whatever serves, serves on").isEqualTo("1.0.1");
    Files.setPosixFilePermissions(rig.deploy, PosixFilePermissions.fromString("rwxr-xr-x"));
    rig.drop(rig.toys.good("1.0.3"), "toy.jar");
    rig.awaitServing("1.0.3");
  }

  @Test
  void aFolderBelowOneThatOthersCanWriteToIsNotLookedAt() throws Exception {
    rig.drop(rig.toys.good("1.0.1"), "toy.jar");
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
    try {
      Files.createDirectories(
          home.resolve("state/deploy"),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      TrustedFiles real = new OwnedFiles();
      rig.start(trustingAllBut(real, rig.deploy));
      assertThat(rig.awaitRefusal(rig.deploy.toString())).contains("chmod go-w " + home);
      assertThat(rig.version()).isEqualTo("1.0.0");
    } finally {
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  /** Only this path is judged: the test wants the other folders in a place it spoils. */
  private static TrustedFiles trustingAllBut(TrustedFiles real, Path judged) {
    return new TrustedFiles() {
      @Override
      public void check(Path path) throws HostException {
        if (path.startsWith(judged)) {
          real.check(path);
        }
      }

      @Override
      public byte[] read(Path path, int mostBytes) throws HostException {
        return real.read(path, mostBytes);
      }
    };
  }

  @Test
  void aFolderThatIsSwappedForALinkWhileItIsReadYieldsNothing() throws Exception {
    Path hostile = Files.createDirectory(home.resolve("hostile"));
    rig.drop(rig.toys.good("6.6.6"), hostile, "toy.jar");
    AtomicBoolean armed = new AtomicBoolean();
    TrustedFiles real = new OwnedFiles();
    // The worst moment: the folder was found good, and is exchanged before it is opened.
    TrustedFiles overtaken =
        new TrustedFiles() {
          @Override
          public void check(Path path) throws HostException {
            real.check(path);
            if (path.equals(rig.deploy) && armed.compareAndSet(true, false)) {
              swap(rig.deploy, hostile);
            } else if (path.startsWith(rig.deploy)
                && !path.equals(rig.deploy)
                && Files.isSymbolicLink(rig.deploy)) {
              swapBack(rig.deploy);
            }
          }

          @Override
          public byte[] read(Path path, int mostBytes) throws HostException {
            return real.read(path, mostBytes);
          }
        };
    rig.start(overtaken);
    armed.set(true);
    Files.createFile(rig.deploy.resolve("something.happened"));
    assertThat(rig.awaitRefusal(rig.deploy.toString()))
        .contains("was exchanged for another folder");
    assertThat(rig.version()).isEqualTo("1.0.0");
    assertThat(rig.versions("toy")).containsExactly("1.0.0");
    // Control: without the attack the same jar is loaded.
    rig.drop(rig.toys.good("6.6.6"), "toy.jar");
    rig.awaitServing("6.6.6");
  }

  private static void swap(Path folder, Path target) {
    try {
      Files.move(folder, folder.resolveSibling("aside"));
      Files.createSymbolicLink(folder, target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void swapBack(Path folder) {
    try {
      Files.delete(folder);
      Files.move(folder.resolveSibling("aside"), folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aLinkToAJarIsNotFollowed() throws Exception {
    rig.start();
    Files.createSymbolicLink(rig.deploy.resolve("toy.jar"), rig.toys.good("1.0.1"));
    rig.eventually(() -> rig.health().contains("toy.jar is not a regular file"));
    assertThat(rig.version()).isEqualTo("1.0.0");
  }

  private static boolean isRoot() throws Exception {
    return Integer.valueOf(0)
        .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid", LinkOption.NOFOLLOW_LINKS));
  }
}
