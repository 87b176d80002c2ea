package kds.core.host;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;

/**
 * The hidden name, {@code .kds-<random>.part}, that an upload has where the file system cannot make
 * files without a name, and for an instant while it replaces another file; {@code
 * .kds-<random>.kept.part} for one that is written in several goes. No such name is listed, opened
 * or given to a file.
 */
final class PartName {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int RANDOM_BYTES = 16;
  private static final Pattern FORM = Pattern.compile("\\.kds-[0-9a-f]{32}(\\.kept)?\\.part");
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
  private static final String KEPT = ".kept.part";

  private PartName() {}

  /** One that nobody can guess. */
  static byte[] make() {
    byte[] random = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(random);
    String name = ".kds-" + HexFormat.of().formatHex(random) + ".part";
    return name.getBytes(StandardCharsets.US_ASCII);
  }

  /** That of a file which outlives the process. */
  static byte[] kept(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("The id of a part is 32 lower-case hex digits");
    }
    return (".kds-" + id + KEPT).getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether a name of this form is that of a file which outlives the process. */
  static boolean isKept(String name) {
    return name.endsWith(KEPT);
  }

  /** Whether a name is of this form. */
  static boolean matches(String name) {
    return FORM.matcher(name).matches();
  }

  /** Refuses a file a name that looks like one of these. */
  static void refuse(String name) throws HostException {
    if (matches(name)) {
      throw new HostException(
          Reason.UNSAFE_PATH, "The name " + name + " is kept for unfinished uploads; use another");
    }
  }
}
