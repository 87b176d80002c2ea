package kds.http.tls;

import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Offers {@link OnePassGcm} as the first provider of ciphers, which is where the JDK's TLS asks for
 * them. Without it, or where the Java machine does not take it, TLS works as well, but slower.
 */
public final class TlsCiphers extends Provider {
  private static final long serialVersionUID = 1L;
  private static final String PROVIDER = "KDS";

  private TlsCiphers() {
    super(PROVIDER, "1", "AES-GCM that decrypts TLS records in one pass");
    putService(new Gcm(this));
  }

  /** Offers it to new connections, unless that was done. */
  public static void offer() {
    Security.insertProviderAt(new TlsCiphers(), 1);
  }

  /** Takes the offer back; connections that have the cipher keep it. */
  public static void withdraw() {
    Security.removeProvider(PROVIDER);
  }

  private static final class Gcm extends Service {
    Gcm(Provider provider) {
      super(
          provider,
          "Cipher",
          OnePassGcm.NAME,
          OnePassGcm.class.getName(),
          List.of(),
          Map.of("SupportedKeyFormats", "RAW"));
    }

    @Override
    public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
      try {
        return new OnePassGcm();
      } catch (GeneralSecurityException e) {
        throw new NoSuchAlgorithmException(e);
      }
    }
  }
}
