package kds.api.transfer;

/**
 * Which folder serves a caller, and why (behaviour page, "Uploads and Downloads on Multi-user
 * Systems").
 *
 * @param kind home or shared
 * @param folder the folder's absolute path
 * @param reason one of the words of {@link Reason}
 * @param explanation the reason as a sentence for people
 */
public record Place(Kind kind, String folder, Reason reason, String explanation) {
  /** Whose folder it is. */
  public enum Kind {
    /** The Downloads folder in the user's home. */
    HOME,
    /** The folder that all users of the server share. */
    SHARED
  }

  /** Why this folder. */
  public enum Reason {
    /** The user's own Downloads folder: the normal case of a multi-user server. */
    HOME,
    /** The server is configured for a single user. */
    SINGLE_USER,
    /** Prompt User: the service never learns who logged on. */
    PROMPT_USER,
    /** The session has no user name ({@code username not found}). */
    NO_USERNAME,
    /** Static Credentials, and the user has no Downloads folder. */
    NO_DOWNLOADS_FOLDER,
    /** Static Credentials, and the Downloads folder is not the user's own. */
    FOREIGN_DOWNLOADS_FOLDER
  }
}
