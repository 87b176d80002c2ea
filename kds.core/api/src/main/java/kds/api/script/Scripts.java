package kds.api.script;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import kds.api.session.SessionContext;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs scripts. Registered by the capability {@code scripts}. Thread-safe; no method waits for a
 * script.
 */
@ProviderType
public interface Scripts {
  /** The name of the capability, see {@link kds.api.capability.Capability#PROPERTY}. */
  String CAPABILITY = "scripts";

  /**
   * Runs a built-in script.
   *
   * @param name its file's name, as {@code map_storage.sh}
   * @param variables further environment variables, as {@code storage_mapping}
   * @return how it went; {@link ScriptRun.Outcome#DONE} with no exit code when the operator removed
   *     the file, which disables the step
   */
  CompletionStage<ScriptRun> builtin(
      String name, SessionContext context, Map<String, String> variables);

  /**
   * Runs every script of a folder, in its order. Whoever holds a lease keeps it until all have
   * ended, so that the bundle is not stopped under a script in the background.
   *
   * @param folder {@code service_startup}, {@code session_start} or {@code session_end}
   * @param context null for {@code service_startup}
   */
  FolderRun folder(String folder, @Nullable SessionContext context);

  /**
   * Ends the scripts of a session that still run, as those in the background when it ends; those
   * whose turn has not come are not begun.
   *
   * @return completed when nothing of them lives; what outlived a successful one is not theirs
   */
  CompletionStage<Void> end(String kasmId);

  /**
   * The last runs of one session, or of all, with their output; newest first. Of each up to 128 KiB
   * are read: to look through many, use {@link #runs(Optional, int)}.
   */
  default List<ScriptRun> runs(Optional<String> kasmId) {
    return runs(kasmId, Integer.MAX_VALUE).stream().flatMap(run -> run(run.id()).stream()).toList();
  }

  /**
   * The last runs of one session, or of all, without their output; newest first. Those that an
   * older bundle of the capability still runs are among them, and those of the service before its
   * last start. May read files.
   *
   * @param most how many at most
   */
  List<ScriptRun> runs(Optional<String> kasmId, int most);

  /** One run with its output so far; empty when none is known by this id. May read files. */
  Optional<ScriptRun> run(String runId);

  /**
   * Tells the lines of a run: first those it has said, of much the first and the last and how many
   * are left out; then each as it comes, secrets masked; then that it has ended, also when it ended
   * long ago. On a thread of its own: a slow listener misses lines, and is told how many, rather
   * than slow the script down.
   *
   * @param runId {@link ScriptRun#id}; for one that is not known nothing is told
   * @return close it to end
   */
  AutoCloseable follow(String runId, RunListener listener);
}
