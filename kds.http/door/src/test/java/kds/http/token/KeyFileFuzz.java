package kds.http.token;

import kds.http.pem.UnusableException;

/** The file of verification keys, PEM or JWK set, is read or called unusable. */
public final class KeyFileFuzz {
  private KeyFileFuzz() {}

  /** The input is the file. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      VerificationKeys keys = VerificationKeys.read(input, "jwt.pem");
      for (VerificationKey key : keys.keys()) {
        if (key.algorithms().isEmpty()
            || key.algorithms().stream().anyMatch(a -> a.equals("none") || a.startsWith("HS"))) {
          throw new AssertionError(key + " serves " + key.algorithms());
        }
      }
    } catch (UnusableException e) {
      // Said so.
    }
  }
}
