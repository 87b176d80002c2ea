package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import kds.api.host.HostException;
import kds.api.host.TrustedFiles;
import kds.core.trust.OwnedFiles;
import kds.scripts.Script.Standing;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Who may put a script where root runs it: each case on a folder of its own. */
class OwnershipTest {
  private static final int STRANGER = 43210;

  /** A gate that lets everything through: what the real one refuses, it does not. */
  private static final TrustedFiles OPEN =
      new TrustedFiles() {
        @Override
        public void check(Path path) {}

        @Override
        public byte[] read(Path path, int mostBytes) throws HostException {
          throw new HostException(HostException.Reason.IO, "not asked for");
        }
      };

  @TempDir Path folder;

  /** Spoils or changes what is there; the script is at {@code outer/scripts/session_start/x.sh}. */
  private interface Change {
    void in(Place place) throws Exception;
  }

  private record Place(Path outer) {
    Path scripts() {
      return outer.resolve("scripts");
    }

    Path hooks() {
      return scripts().resolve("session_start");
    }

    Path script() {
      return hooks().resolve("x.sh");
    }

    Path elsewhere() {
      return outer.resolve("elsewhere");
    }
  }

  private record Case(String name, boolean good, Change change) {}

  private static Case refuses(String name, Change change) {
    return new Case("refuses " + name, false, change);
  }

  private static Case accepts(String name, Change change) {
    return new Case("accepts " + name, true, change);
  }

  @BeforeEach
  void root() throws IOException {
    assumeTrue(Files.getOwner(Path.of("/proc/self")).getName().equals("root"), "run as root");
  }

  private static void mode(Path path, int mode) throws IOException {
    Files.setAttribute(path, "unix:mode", mode);
  }

  private static void owner(Path path, int uid) throws IOException {
    Files.setAttribute(path, "unix:uid", uid, java.nio.file.LinkOption.NOFOLLOW_LINKS);
  }

  private static void group(Path path, int gid) throws IOException {
    Files.setAttribute(path, "unix:gid", gid, java.nio.file.LinkOption.NOFOLLOW_LINKS);
  }

  private static void acl(Path path, String entry) throws Exception {
    Process setfacl =
        new ProcessBuilder("setfacl", "-m", entry, path.toString())
            .redirectErrorStream(true)
            .start();
    assumeTrue(
        setfacl.waitFor(20, TimeUnit.SECONDS) && setfacl.exitValue() == 0, "no ACLs on this disk");
  }

  private static void link(Path from, Path to) throws IOException {
    Files.createSymbolicLink(from, to);
  }

  private static void moveScript(Place place, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.move(place.script(), to);
    link(place.script(), to);
  }

  private static List<Case> modes() {
    return List.of(
        accepts("a script of root with 0755", place -> {}),
        accepts("a script that only root can read", place -> mode(place.script(), 0700)),
        accepts("a script that nobody can write", place -> mode(place.script(), 0555)),
        accepts("a setuid script of root", place -> mode(place.script(), 04755)),
        refuses("a script that everybody can write", place -> mode(place.script(), 0757)),
        refuses("a script that others can only write", place -> mode(place.script(), 0752)),
        refuses("a script that its group can write", place -> mode(place.script(), 0775)),
        refuses("a sticky script that everybody can write", place -> mode(place.script(), 01777)),
        refuses("a folder that everybody can write", place -> mode(place.hooks(), 0777)),
        refuses("a folder that its group can write", place -> mode(place.hooks(), 0775)),
        refuses("a folder that others can write", place -> mode(place.hooks(), 0757)),
        refuses("script_path that everybody can write", place -> mode(place.scripts(), 0777)),
        refuses("script_path that its group can write", place -> mode(place.scripts(), 0775)),
        refuses("a setgid folder that its group can write", place -> mode(place.hooks(), 02775)),
        refuses("a folder far above that everybody can write", place -> mode(place.outer(), 0777)),
        refuses("a folder far above that its group can write", place -> mode(place.outer(), 0775)),
        accepts("a folder far above that nobody else can read", place -> mode(place.outer(), 0700)),
        accepts("a setgid folder of root", place -> mode(place.hooks(), 02755)));
  }

  private static List<Case> owners() {
    return List.of(
        refuses("a script of somebody else", place -> owner(place.script(), STRANGER)),
        refuses("a script of nobody", place -> owner(place.script(), 65534)),
        refuses("a script of a system account", place -> owner(place.script(), 33)),
        refuses("a folder of somebody else", place -> owner(place.hooks(), STRANGER)),
        refuses("script_path of somebody else", place -> owner(place.scripts(), STRANGER)),
        refuses("a folder far above of somebody else", place -> owner(place.outer(), STRANGER)),
        refuses(
            "a script of somebody else that he cannot write",
            place -> {
              owner(place.script(), STRANGER);
              mode(place.script(), 0555);
            }),
        accepts("a script of a strange group", place -> group(place.script(), STRANGER)),
        accepts("a folder of a strange group", place -> group(place.hooks(), STRANGER)),
        refuses(
            "a strange group that can write",
            place -> {
              group(place.script(), STRANGER);
              mode(place.script(), 0775);
            }));
  }

  private static List<Case> sticky() {
    return List.of(
        accepts("a sticky folder of root far above", place -> mode(place.outer(), 01777)),
        refuses(
            "a sticky folder of somebody else above",
            place -> {
              mode(place.outer(), 01777);
              owner(place.outer(), STRANGER);
            }),
        refuses(
            "a script of somebody else in a sticky folder",
            place -> {
              mode(place.hooks(), 01777);
              owner(place.script(), STRANGER);
            }),
        accepts("a sticky folder nobody else can write", place -> mode(place.hooks(), 01755)));
  }

  private static List<Case> acls() {
    return List.of(
        refuses("an ACL that lets a user write the script", p -> acl(p.script(), "u:43210:rw")),
        refuses("an ACL that lets a group write the script", p -> acl(p.script(), "g:43210:rw")),
        refuses("an ACL that lets a user write the folder", p -> acl(p.hooks(), "u:43210:rwx")),
        refuses("an ACL that lets a user write script_path", p -> acl(p.scripts(), "u:43210:rwx")),
        accepts("an ACL that lets a user read", p -> acl(p.script(), "u:43210:rx")),
        accepts(
            "an ACL whose mask takes the writing away",
            p -> {
              acl(p.script(), "u:43210:rwx");
              acl(p.script(), "m::rx");
            }));
  }

  private static List<Case> links() {
    return List.of(
        accepts(
            "a link of root to a script of root",
            place -> moveScript(place, place.elsewhere().resolve("y.sh"))),
        refuses(
            "a link to a script in a folder that everybody can write",
            place -> {
              moveScript(place, place.elsewhere().resolve("y.sh"));
              mode(place.elsewhere(), 0777);
            }),
        refuses(
            "a link to a script of somebody else",
            place -> {
              moveScript(place, place.elsewhere().resolve("y.sh"));
              owner(place.elsewhere().resolve("y.sh"), STRANGER);
            }),
        refuses(
            "a link to a script that its group can write",
            place -> {
              moveScript(place, place.elsewhere().resolve("y.sh"));
              mode(place.elsewhere().resolve("y.sh"), 0775);
            }),
        refuses(
            "a link that belongs to somebody else",
            place -> {
              moveScript(place, place.elsewhere().resolve("y.sh"));
              owner(place.script(), STRANGER);
            }),
        refuses(
            "a link to nothing",
            place -> {
              Files.delete(place.script());
              link(place.script(), place.elsewhere());
            }),
        refuses(
            "a link to itself",
            place -> {
              Files.delete(place.script());
              link(place.script(), place.script());
            }),
        refuses(
            "a second link through a folder of somebody else",
            place -> {
              Path middle = place.elsewhere().resolve("middle/z.sh");
              moveScript(place, place.elsewhere().resolve("end/y.sh"));
              Files.createDirectories(middle.getParent());
              link(middle, place.elsewhere().resolve("end/y.sh"));
              Files.delete(place.script());
              link(place.script(), middle);
              owner(middle.getParent(), STRANGER);
            }),
        accepts(
            "a folder that is a link of root",
            place -> {
              Files.move(place.hooks(), place.elsewhere());
              link(place.hooks(), place.elsewhere());
            }),
        refuses(
            "a folder that is a link to one of somebody else",
            place -> {
              Files.move(place.hooks(), place.elsewhere());
              link(place.hooks(), place.elsewhere());
              owner(place.elsewhere(), STRANGER);
            }),
        refuses(
            "an interpreter of somebody else",
            place -> {
              Path own = Files.copy(Path.of("/bin/sh"), place.outer().resolve("sh"));
              owner(own, STRANGER);
              Files.writeString(place.script(), "#!" + own + "\necho hello\n");
            }));
  }

  private static Stream<Case> cases() {
    return Stream.of(modes(), owners(), sticky(), acls(), links()).flatMap(List::stream);
  }

  private Script judged(Case each, int number, TrustedFiles gate) throws Exception {
    Place place = new Place(Files.createDirectory(folder.resolve("case-" + number)));
    mode(folder, 0755);
    Files.createDirectories(place.hooks());
    for (Path made : List.of(place.outer(), place.scripts(), place.hooks())) {
      mode(made, 0755);
    }
    Files.writeString(place.script(), "#!/bin/sh\necho hello\n");
    mode(place.script(), 0755);
    each.change().in(place);
    return new Shelf(gate).folder(place.scripts(), "session_start").getFirst();
  }

  @TestFactory
  Stream<DynamicTest> judgesWhoCouldHaveWrittenAScript() {
    int[] number = {0};
    return cases()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.name(),
                    () -> {
                      Script script = judged(each, number[0]++, new OwnedFiles());
                      assertThat(script.standing())
                          .as(script.why())
                          .isEqualTo(each.good() ? Standing.GOOD : Standing.REFUSED);
                      if (!each.good()) {
                        assertThat(script.why()).contains(folder.toString());
                      }
                    }));
  }

  @Test
  void controlWithAnOpenGateNearlyAllOfThemWouldRun() throws Exception {
    int number = 1000;
    int refused = 0;
    int run = 0;
    for (Case each : cases().filter(Predicate.not(Case::good)).toList()) {
      refused++;
      if (judged(each, number++, OPEN).standing() == Standing.GOOD) {
        run++;
      }
    }
    // Links that lead nowhere cannot be read either way.
    assertThat(run).isEqualTo(refused - 2);
    assertThat(cases().count()).isGreaterThanOrEqualTo(40);
  }
}
