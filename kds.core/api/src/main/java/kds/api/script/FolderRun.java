package kds.api.script;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The runs of a folder's scripts.
 *
 * @param waited completed when those that are waited for have ended; in their order
 * @param all completed when every one has ended, those in the background among them; in their order
 */
public record FolderRun(
    CompletionStage<List<ScriptRun>> waited, CompletionStage<List<ScriptRun>> all) {}
