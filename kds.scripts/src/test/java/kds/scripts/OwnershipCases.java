package kds.scripts;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What can be wrong with who may write to a script, or be right though it looks wrong. */
final class OwnershipCases {
  private static final int STRANGER = 43210;

  private OwnershipCases() {}

  /** Spoils or changes what is there; the script is at {@code outer/scripts/session_start/x.sh}. */
  interface Change {
    void in(Place place) throws Exception;
  }

  record Place(Path outer) {
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

  record Case(String name, boolean good, Change change) {}

  private static Case refuses(String name, Change change) {
    return new Case("refuses " + name, false, change);
  }

  private static Case accepts(String name, Change change) {
    return new Case("accepts " + name, true, change);
  }

  static void mode(Path path, int mode) throws IOException {
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

  static Stream<Case> cases() {
    return Stream.of(modes(), owners(), sticky(), acls(), links()).flatMap(List::stream);
  }
}
