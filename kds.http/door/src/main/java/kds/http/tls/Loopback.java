package kds.http.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Both sides of TLS inside this process, with a key pair of their own that is never written down:
 * the client trusts that one server and no other.
 *
 * @param server the server's side, started
 * @param client makes the client's sockets
 */
public record Loopback(SslContextFactory.Server server, SSLSocketFactory client) {
  /** Makes the two sides. */
  public static Loopback make() throws GeneralSecurityException, IOException {
    Identity identity = SelfSigned.forgotten();
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", identity.chain().getFirst());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext client = SSLContext.getInstance("TLS");
    client.init(null, trust.getTrustManagers(), null);
    return new Loopback(Tls.server(identity), client.getSocketFactory());
  }
}
