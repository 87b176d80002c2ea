package kds.api.script;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import kds.api.session.SessionContext;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/** Runs scripts. Registered by the capability {@code scripts}. Thread-safe; no method blocks. */
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

  /** The last runs of one session, or of all; newest first. */
  List<ScriptRun> runs(Optional<String> kasmId);

  /**
   * Tells lines of output as they come, secrets masked, on a thread of its own.
   *
   * @param runId {@link ScriptRun#id} of a run that goes on; for another nothing is told
   * @param line a slow one misses lines, and is told how many, rather than slow the script down
   * @return close it to end
   */
  AutoCloseable follow(String runId, Consumer<String> line);
}
