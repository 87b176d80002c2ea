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
   * Runs every script of a folder, in its order.
   *
   * @param folder {@code service_startup}, {@code session_start} or {@code session_end}
   * @param context null for {@code service_startup}
   * @param waitForAll also for scripts that ask for the background
   */
  CompletionStage<List<ScriptRun>> folder(
      String folder, @Nullable SessionContext context, boolean waitForAll);

  /** The last runs, newest first. */
  List<ScriptRun> runs(Optional<String> kasmId);

  /** Tells lines of output as they come, secrets masked. Close to end. */
  AutoCloseable follow(String runId, Consumer<String> line);
}
