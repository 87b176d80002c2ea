package kds.scripts;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import kds.api.host.HostException;
import kds.api.host.HostFiles;
import kds.api.host.HostUser;
import kds.api.host.StateFiles;
import kds.api.host.StateFolder;
import kds.api.host.StateFolder.Durability;
import kds.api.session.SessionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes how far a user's profile was brought to his home, and to which home. Only a home to which
 * all of it came may be saved: anything less would replace what is stored by a part of it. From
 * then on until it is saved it may hold work that is nowhere else; so may one to which only a part
 * came, once a session has used it all the same. Outlives the service and the machine.
 */
final class ProfileNote {
  private static final Logger LOG = LoggerFactory.getLogger(ProfileNote.class);

  private static final String FOLDER = "profiles";
  private static final int LONGEST = 128;

  /** Stands where there was no home: that of a directory's user may come when he logs in. */
  private static final String NO_HOME = "none";

  /** How far it was brought. */
  enum Standing {
    /** Nothing is known: it was not brought, or has been saved since. */
    NONE,
    /** That was begun, and did not come to an end; so no session has gone on from there. */
    BEGUN,
    /** That failed, and the session went on with what there was. */
    FAILED,
    /** All of it came, and is in use. */
    WHOLE,
    /** All of it came; saving it has been tried, and has not succeeded. */
    UNSAVED
  }

  /** What has become of the home to which it was brought. */
  enum Home {
    /** It is this one. */
    SAME,
    /** It is gone; if there is one, it is another. */
    GONE,
    /** That cannot be told. */
    UNSURE
  }

  /** What is written down; letters that are not there say that it is not known. */
  private record Text(Standing standing, String home, String session) {
    static final Text NOTHING = new Text(Standing.NONE, "", "");

    static Text of(byte[] bytes) {
      String[] words = new String(bytes, StandardCharsets.US_ASCII).split(" ", 3);
      Standing standing =
          Arrays.stream(Standing.values())
              .filter(each -> each.name().equals(words[0]))
              .findAny()
              .orElse(Standing.NONE);
      return new Text(standing, words.length < 2 ? "" : words[1], words.length < 3 ? "" : words[2]);
    }

    byte[] bytes() {
      return (standing + " " + home + " " + session).getBytes(StandardCharsets.US_ASCII);
    }
  }

  private final StateFiles states;
  private final HostFiles files;
  private final Optional<HostUser> user;
  private final String session;
  private final String name;

  private ProfileNote(
      StateFiles states, HostFiles files, Optional<HostUser> user, String session, String name) {
    this.states = states;
    this.files = files;
    this.user = user;
    this.session = session;
    this.name = name;
  }

  /** That of a session's user, who is known by name at least. */
  static ProfileNote of(StateFiles states, HostFiles files, SessionContext context) {
    Optional<HostUser> user = context.user();
    String who =
        user.map(each -> "uid-" + each.uid())
            .orElseGet(() -> "name-" + digest(context.request().session().username()));
    return new ProfileNote(states, files, user, context.request().session().kasmId(), who);
  }

  /** It was brought so far, to the home that is there now. */
  void write(Standing standing) throws HostException {
    Text text =
        switch (standing) {
          case WHOLE -> new Text(standing, present().orElse(NO_HOME), session);
          case FAILED -> new Text(standing, present().orElse(""), session);
          case UNSAVED -> new Text(standing, text().home(), "");
          default -> new Text(standing, "", "");
        };
    folder().write(name, text.bytes(), Durability.MACHINE);
  }

  /** This session tries to save it now: it may go on with that after a crash, others may not. */
  void trySave() throws HostException {
    Text text = new Text(Standing.UNSAVED, text().home(), session);
    folder().write(name, text.bytes(), Durability.MACHINE);
  }

  /** How far it was brought. */
  Standing read() throws HostException {
    return text().standing();
  }

  /** Whether this very session did so: its start or its end was interrupted, and is made again. */
  boolean isOfThisSession() throws HostException {
    return text().session().equals(session);
  }

  /** What has become of the home of which it speaks. */
  Home home() throws HostException {
    String noted = text().home();
    Optional<String> now = present();
    if (now.isEmpty()) {
      return noted.equals(NO_HOME) ? Home.SAME : Home.GONE;
    }
    if (noted.isEmpty() || noted.equals(NO_HOME) || now.get().isEmpty()) {
      return Home.UNSURE;
    }
    return noted.equals(now.get()) ? Home.SAME : Home.GONE;
  }

  /** It is where it belongs again. */
  void forget() throws HostException {
    folder().delete(name);
  }

  /** Where it is, for people. */
  String where() {
    return FOLDER + "/" + name + " of the state folder";
  }

  /** Which home is there; nothing when there is none, and no letters when that cannot be told. */
  private Optional<String> present() {
    if (user.isEmpty()) {
      return Optional.of("");
    }
    try {
      return Optional.of(files.homeIdentity(user.get()).orElse(""));
    } catch (HostException e) {
      if (e.reason() == HostException.Reason.NOT_FOUND) {
        return Optional.empty();
      }
      LOG.warn("The home of {} cannot be looked at: {}", user.get().name(), e.getMessage());
      return Optional.of("");
    }
  }

  private Text text() throws HostException {
    return folder().read(name, LONGEST).map(Text::of).orElse(Text.NOTHING);
  }

  private StateFolder folder() throws HostException {
    return states.folder(FOLDER);
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
