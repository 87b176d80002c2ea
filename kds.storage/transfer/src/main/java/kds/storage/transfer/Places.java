package kds.storage.transfer;

import java.nio.file.Path;
import java.util.Optional;
import kds.api.host.HostException;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.transfer.Place;
import kds.api.transfer.Place.Reason;
import kds.api.transfer.TransferException;
import kds.storage.transfer.Settings.Fallback;

/**
 * The rule where a session's files go (behaviour page, "Uploads and Downloads on Multi-user
 * Systems"). Pure: it only decides.
 *
 * <p>Two questions, because only the machine knows whether a home can be used: {@link #first}
 * before it is asked, {@link #instead} when it said no.
 */
final class Places {
  /** The folder in a home that holds the files. */
  static final String DOWNLOADS = "Downloads";

  /** What the folder is wanted for. */
  enum Use {
    UPLOAD,
    DOWNLOAD
  }

  /** Where the files go. */
  sealed interface Choice {}

  /** Into a folder that all users of the server share. */
  record Shared(Path folder, Reason reason) implements Choice {}

  /**
   * Into the user's own Downloads folder.
   *
   * @param create whether to make it when it is missing
   */
  record Home(String username, boolean create) implements Choice {}

  private Places() {}

  /**
   * The choice before the machine is asked.
   *
   * @throws TransferException when the fallback that is needed is switched off
   */
  static Choice first(Settings settings, Session session, Use use) throws TransferException {
    if (!settings.multiUser()) {
      return new Shared(sharedFolder(settings, use), Reason.SINGLE_USER);
    }
    if (session.credentialType() == CredentialType.PROMPT_USER) {
      return new Shared(sharedFolder(settings, use), Reason.PROMPT_USER);
    }
    String username = Session.account(session.username());
    if (username == null) {
      return fallBack(settings, use, Reason.NO_USERNAME);
    }
    return new Home(username, session.credentialType() != CredentialType.STATIC);
  }

  /**
   * The choice when the user's Downloads folder could not be entered. Documented for Static
   * Credentials only: a person with an account of their own never has files put where others see
   * them because of how their home looks.
   *
   * @return empty when there is no other place, so that the failure stands
   * @throws TransferException when the fallback that is needed is switched off
   */
  static Optional<Choice> instead(
      Settings settings, Session session, Use use, HostException.Reason failure)
      throws TransferException {
    if (session.credentialType() != CredentialType.STATIC) {
      return Optional.empty();
    }
    return switch (failure) {
      case FOREIGN -> Optional.of(fallBack(settings, use, Reason.FOREIGN_DOWNLOADS_FOLDER));
      case NOT_FOUND, WRONG_KIND, UNSAFE_PATH ->
          Optional.of(fallBack(settings, use, Reason.NO_DOWNLOADS_FOLDER));
      default -> Optional.empty();
    };
  }

  /** The chosen folder as the caller is told of it. */
  static Place place(Place.Kind kind, Path folder, Reason reason) {
    return new Place(kind, folder.toString(), reason, explain(reason));
  }

  private static Choice fallBack(Settings settings, Use use, Reason reason)
      throws TransferException {
    if (settings.fallback() == Fallback.REJECT) {
      throw new TransferException(
          TransferException.Reason.NO_FOLDER, why(reason) + " " + remedy(reason));
    }
    return new Shared(sharedFolder(settings, use), reason);
  }

  private static Path sharedFolder(Settings settings, Use use) {
    return use == Use.UPLOAD ? settings.uploadDir() : settings.downloadDir();
  }

  private static String explain(Reason reason) {
    return switch (reason) {
      case HOME -> why(reason);
      case SINGLE_USER -> why(reason) + " Files are in its shared folder.";
      default -> why(reason) + " Files are in the shared folder, where all its users see them.";
    };
  }

  private static String why(Reason reason) {
    return switch (reason) {
      case HOME -> "Files are in the Downloads folder of the session's user.";
      case SINGLE_USER -> "This server is configured for a single user.";
      case PROMPT_USER -> "The session prompts for its user, whom the service never learns.";
      case NO_USERNAME -> "The session has no user name (" + Session.NO_USERNAME + ").";
      case NO_DOWNLOADS_FOLDER -> "The session's account has no Downloads folder in its home.";
      case FOREIGN_DOWNLOADS_FOLDER ->
          "The Downloads folder of the session's account belongs to somebody else.";
    };
  }

  private static String remedy(Reason reason) {
    String remedy =
        switch (reason) {
          case NO_DOWNLOADS_FOLDER -> "create that folder, owned by the account";
          case FOREIGN_DOWNLOADS_FOLDER -> "give that folder to the account";
          default -> "set the Connection Username of this server in Kasm Workspaces";
        };
    return "Ask the administrator to "
        + remedy
        + ", or to allow the shared folders with 'fallback: shared'.";
  }
}
