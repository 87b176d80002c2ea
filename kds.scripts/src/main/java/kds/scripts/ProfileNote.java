package kds.scripts;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import kds.api.host.HostException;
import kds.api.host.StateFiles;
import kds.api.host.StateFolder;
import kds.api.host.StateFolder.Durability;
import kds.api.session.SessionContext;

/**
 * Notes how far a user's profile was brought to his home. Only a home to which all of it came may
 * be saved: anything less would replace what is stored by a part of it. Outlives the service and
 * the machine.
 */
final class ProfileNote {
  private static final String FOLDER = "profiles";
  private static final int LONGEST = 64;

  /** How far it was brought. */
  enum Standing {
    /** Nothing is known: it was not brought, or has been saved since. */
    NONE,
    /** That was begun, and did not come to an end. */
    BEGUN,
    /** That failed. */
    FAILED,
    /** All of it came. */
    WHOLE
  }

  private final StateFiles states;
  private final String name;

  private ProfileNote(StateFiles states, String name) {
    this.states = states;
    this.name = name;
  }

  /** That of a session's user, who is known by name at least. */
  static ProfileNote of(StateFiles states, SessionContext context) {
    String who =
        context
            .user()
            .map(user -> "uid-" + user.uid())
            .orElseGet(() -> "name-" + digest(context.request().session().username()));
    return new ProfileNote(states, who);
  }

  /** It was brought so far. */
  void write(Standing standing) throws HostException {
    byte[] text = standing.name().getBytes(StandardCharsets.US_ASCII);
    folder().write(name, text, Durability.MACHINE);
  }

  /** How far it was brought. */
  Standing read() throws HostException {
    Optional<byte[]> text = folder().read(name, LONGEST);
    return text.map(bytes -> new String(bytes, StandardCharsets.US_ASCII))
        .flatMap(
            word -> Arrays.stream(Standing.values()).filter(s -> s.name().equals(word)).findAny())
        .orElse(Standing.NONE);
  }

  /** It is where it belongs again. */
  void forget() throws HostException {
    folder().delete(name);
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
