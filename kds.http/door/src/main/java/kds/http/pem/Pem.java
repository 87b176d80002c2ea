package kds.http.pem;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One block of a PEM file (RFC 7468, and the older form with headers).
 *
 * @param label what stands between BEGIN and the dashes, as {@code CERTIFICATE}
 * @param encrypted whether its headers say that it is encrypted (RFC 1421, {@code Proc-Type})
 * @param der its content
 */
public record Pem(String label, boolean encrypted, byte[] der) {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";

  /**
   * Reads every block; text around them (as {@code openssl -text} writes) is skipped.
   *
   * @param file where it comes from, for messages
   * @throws UnusableException when a block is cut off or is not Base64
   */
  public static List<Pem> read(byte[] content, String file) throws UnusableException {
    List<Pem> blocks = new ArrayList<>();
    String label = null;
    boolean encrypted = false;
    StringBuilder base64 = new StringBuilder();
    for (String line : new String(content, StandardCharsets.ISO_8859_1).lines().toList()) {
      String text = line.strip();
      if (text.startsWith(BEGIN) && text.endsWith(DASHES)) {
        refuseOpen(label, file);
        label = text.substring(BEGIN.length(), text.length() - DASHES.length());
        encrypted = false;
        base64.setLength(0);
      } else if (label != null && text.equals(END + label + DASHES)) {
        blocks.add(new Pem(label, encrypted, decode(base64, label, file)));
        label = null;
      } else if (label != null && text.indexOf(':') > 0) {
        encrypted |= text.startsWith("Proc-Type:") && text.contains("ENCRYPTED");
      } else if (label != null) {
        base64.append(text);
      }
    }
    refuseOpen(label, file);
    return blocks;
  }

  /** Writes it: one block, lines of 64 characters. */
  public static String write(String label, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return BEGIN + label + DASHES + '\n' + base64 + '\n' + END + label + DASHES + '\n';
  }

  private static void refuseOpen(@Nullable String label, String file) throws UnusableException {
    if (label != null) {
      throw new UnusableException(
          file + " is incomplete: its block '" + label + "' has no end. Copy the file again.");
    }
  }

  private static byte[] decode(StringBuilder base64, String label, String file)
      throws UnusableException {
    try {
      return Base64.getDecoder().decode(base64.toString());
    } catch (IllegalArgumentException e) {
      throw new UnusableException(
          "The block '" + label + "' of " + file + " is not Base64. Copy the file again.", e);
    }
  }
}
