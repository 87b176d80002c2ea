package kds.http.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * TLS as the door speaks it: 1.3 and 1.2, ephemeral keys and authenticated encryption only, no
 * renegotiation.
 *
 * <p>The JDK's defaults for the rest: records of 16 KiB, sessions resumed by stateless tickets. The
 * name in the client's SNI is not checked, because servers are reached by whatever name or address
 * their record in Kasm Workspaces gives.
 */
public final class Tls {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
  private static final String[] SUITES = {
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
  };

  /** Of a key store that never leaves memory; PKCS#12 wants one. */
  private static final String PASSWORD = "memory";

  private Tls() {}

  /**
   * Makes the server's side and starts it: so it belongs to no listener, and one that is closed
   * does not take it from the next.
   */
  public static SslContextFactory.Server server(Identity identity)
      throws GeneralSecurityException, IOException {
    SslContextFactory.Server server = new SslContextFactory.Server();
    server.setIncludeProtocols(PROTOCOLS);
    server.setExcludeProtocols();
    server.setIncludeCipherSuites(SUITES);
    server.setExcludeCipherSuites();
    server.setUseCipherSuitesOrder(true);
    server.setRenegotiationAllowed(false);
    server.setSniRequired(false);
    use(server, identity);
    try {
      server.start();
    } catch (Exception e) {
      throw new IOException("TLS could not be set up: " + e.getMessage(), e);
    }
    return server;
  }

  /**
   * Exchanges the certificate while connections go on: those that stand keep what they agreed on,
   * new handshakes see the new one.
   */
  public static void exchange(SslContextFactory.Server server, Identity identity)
      throws IOException, GeneralSecurityException {
    KeyStore store = store(identity);
    try {
      server.reload(factory -> factory.setKeyStore(store));
    } catch (GeneralSecurityException | IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("TLS could not be set up with the new certificate", e);
    }
  }

  private static void use(SslContextFactory.Server server, Identity identity)
      throws GeneralSecurityException, IOException {
    server.setKeyStore(store(identity));
    server.setKeyStorePassword(PASSWORD);
  }

  private static KeyStore store(Identity identity) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "kds",
        identity.key(),
        PASSWORD.toCharArray(),
        identity.chain().toArray(X509Certificate[]::new));
    return store;
  }
}
