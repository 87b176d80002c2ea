package kds.http.pem;

/** A file of keys or certificates is read or called unusable. */
public final class PemFuzz {
  private PemFuzz() {}

  /** The input is the file. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      for (Pem part : Pem.read(input, "key.pem")) {
        if (Certificates.is(part)) {
          Certificates.one(part, "key.pem");
        } else {
          Keys.publicKey(part, "key.pem");
        }
      }
    } catch (UnusableException e) {
      // Said so.
    }
    try {
      Keys.privateKey(input, "key.pem");
    } catch (UnusableException e) {
      // Said so.
    }
  }
}
