package kds.run.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * Scripts of every kind, in a folder of their own, that leave marks of what they really did: one
 * line when they begin, one when they end, one for each child they leave behind. A line is one
 * write to a file, so it outlives the death of whoever hears the script.
 *
 * <p>Their names begin with a word that tells the judge what to expect: {@code load} and {@code
 * save} are built-ins, {@code start} and {@code end} are hooks that are waited for, {@code back}
 * those in the background.
 */
final class KillHooks implements AutoCloseable {
  /** What is shared: marks, and whether a process still is what it was. */
  private static final String PREAMBLE =
      """
      #!/bin/bash
      # kds: %1$s
      name=%2$s marks=%3$s/${kasm_id:-service}
      umask 0
      # The time of birth of a process that lives: with it, its number is never another one's.
      born() {
        local stat
        born=
        { read -r stat < "/proc/$1/stat"; } 2>/dev/null || return
        set -- ${stat##*) }
        [ "$1" = Z ] || born=${20}
      }
      child() { born "$!"; echo "child $name $! $born" >> "$marks"; }
      slow() {
        if [ -e %3$s/linger ] && [ $((RANDOM %% 6)) = 0 ]; then sleep 6; fi
        sleep "0.$(printf %%03d $((RANDOM %% $1)))"
      }
      user() { echo "$1 $kasm_id" >> "%3$s/user-$username"; }
      born $$
      echo "begin $name $$ $born" >> "$marks"
      while read -r what other pid since; do
        [ "$what" = begin ] && [ "$pid" != $$ ] || continue
        born "$pid"
        [ -z "$born" ] || [ "$born" != "$since" ] || echo "beside $name $other 0" >> "$marks"
      done < "$marks"
      %4$s
      echo "end $name $$ 0" >> "$marks"
      """;

  private static final String IDLE = "sleep 1d < /dev/null > /dev/null 2>&1 & child";

  private final Path base;

  private KillHooks(Path base) {
    this.base = base;
  }

  static KillHooks install() throws IOException {
    Path base = Files.createTempDirectory("kds-it-hooks-");
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
    KillHooks hooks = new KillHooks(base);
    Files.createDirectory(hooks.marks());
    Files.setPosixFilePermissions(hooks.marks(), PosixFilePermissions.fromString("rwxrwxrwx"));
    hooks.script("service_startup/10-service.sh", "timeout=60s", "service", IDLE);
    hooks.script("builtin/load_persistent_profile.sh", "", "load", "slow 200; user load");
    hooks.script("builtin/save_persistent_profile.sh", "", "save", "slow 200; user save");
    hooks.script("session_start/10-root.sh", "wait", "start-root", "user start; slow 200");
    hooks.script("session_start/20-app.sh", "wait user=session", "start-app", IDLE + "; slow 100");
    hooks.script("session_start/30-slow.sh", "", "back-slow", "trap '' TERM; slow 600");
    hooks.script("session_start/40-user.sh", "user=session", "back-user", "slow 300");
    hooks.script("session_end/10-user.sh", "user=session", "end-user", IDLE + "; slow 200");
    hooks.script("session_end/20-root.sh", "", "end-root", "setsid " + IDLE + "; slow 200");
    return hooks;
  }

  private void script(String file, String header, String name, String does) throws IOException {
    Path path = scripts().resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, PREAMBLE.formatted(header, name, marks(), does));
    for (Path each : List.of(scripts(), path.getParent(), path)) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  Path scripts() {
    return base.resolve("scripts");
  }

  private Path marks() {
    return base.resolve("marks");
  }

  /**
   * A mark: what happened to which script, and the process that it was; of {@code beside}, the
   * script beside which it began.
   */
  record Mark(String what, String script, String process, String born) {
    static Mark of(String line) {
      String[] words = line.split(" ", -1);
      return new Mark(words[0], words[1], words[2], words[3]);
    }

    boolean is(String what, String script) {
      return this.what.equals(what) && this.script.equals(script);
    }

    /** Whether this very process still lives. */
    boolean lives() {
      try {
        String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return !fields[0].equals("Z") && fields[19].equals(born);
      } catch (IOException _) {
        return false;
      }
    }

    void end() {
      if (lives()) {
        ProcessHandle.of(Long.parseLong(process)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  /** What scripts of a session did, in the order in which they did it. */
  List<Mark> of(String kasmId) throws IOException {
    return lines(marks().resolve(kasmId)).stream().map(Mark::of).toList();
  }

  /** What scripts of service_startup did in all lives. */
  List<Mark> ofService() throws IOException {
    return of("service");
  }

  /**
   * What befell a user's profile: {@code load}, {@code start} of a session, {@code save}, each with
   * its session. With a save that an earlier session missed, that is the one that made up for it.
   */
  List<String> ofUser(String name) throws IOException {
    return lines(marks().resolve("user-" + name));
  }

  /** Sessions of which there are marks. */
  List<String> sessions() throws IOException {
    try (var files = Files.list(marks())) {
      return files.map(file -> file.getFileName().toString()).filter(KillHooks::isId).toList();
    }
  }

  private static boolean isId(String name) {
    return name.length() == 36;
  }

  /** Whether some of those that begin from now on take longer than a service takes to start. */
  void linger(boolean some) throws IOException {
    Path file = marks().resolve("linger");
    Files.deleteIfExists(file);
    if (some) {
      Files.createFile(file);
    }
  }

  /** For controls: has it that a script did something more, for a session or {@code user-NAME}. */
  void add(String whom, String line) throws IOException {
    Path file = marks().resolve(whom);
    String before = Files.exists(file) ? Files.readString(file) : "";
    Files.writeString(file, before + line + "\n");
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  /** What a script left behind and still lives. */
  Optional<Mark> heir(String kasmId, String script) throws IOException {
    return of(kasmId).stream().filter(m -> m.is("child", script) && m.lives()).findFirst();
  }

  /** Ends what they left behind, and removes them. */
  @Override
  public void close() throws IOException {
    for (Mark mark : ofService()) {
      mark.end();
    }
    for (String session : sessions()) {
      of(session).forEach(Mark::end);
    }
    Service.delete(base);
  }
}
