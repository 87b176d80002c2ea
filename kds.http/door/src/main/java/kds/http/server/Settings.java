package kds.http.server;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import kds.api.config.Quantity;
import kds.http.guard.Bans;
import kds.http.guard.Network;
import kds.http.token.ClaimNames;
import kds.http.token.Tokens;

/**
 * The door's configuration, read and checked.
 *
 * @param endpoint where to listen
 * @param privateKey the server's private key
 * @param certificate the server's certificate
 * @param tokenKey what tokens are verified with
 * @param tokens how tokens are judged
 * @param bans when an address is banned
 * @param proxies whose X-Forwarded-For is believed
 * @param kasm where Kasm Workspaces calls from
 * @param maxConnections connections at one time
 * @param maxConnectionsPerAddress of one address
 * @param headerTimeout time for the headers of a request
 * @param idleTimeout time in which something must move
 * @param drainTimeout time that running requests get at the end
 */
record Settings(
    Endpoint endpoint,
    Path privateKey,
    Path certificate,
    Path tokenKey,
    Tokens.Rules tokens,
    Bans.Rules bans,
    List<Network> proxies,
    List<Network> kasm,
    int maxConnections,
    int maxConnectionsPerAddress,
    Duration headerTimeout,
    Duration idleTimeout,
    Duration drainTimeout) {

  /**
   * Where to listen: what cannot change without a new listener.
   *
   * @param tls whether HTTPS is spoken
   * @param address empty = all
   * @param port 0 = any
   */
  record Endpoint(boolean tls, String address, int port) {
    @Override
    public String toString() {
      return (tls ? "https://" : "http://") + (address.isEmpty() ? "*" : address) + ':' + port;
    }
  }

  private static final String LOOPBACK = "127.0.0.1";

  /**
   * Reads the configuration.
   *
   * @throws IllegalArgumentException when a value is none; the message says how to write it
   */
  static Settings of(DoorConfig config) {
    return new Settings(
        endpoint(config),
        Path.of(config.server_private_key()).toAbsolutePath(),
        Path.of(config.server_public_key()).toAbsolutePath(),
        Path.of(config.jwt_public_key()).toAbsolutePath(),
        new Tokens.Rules(
            config.server_id().strip(),
            Quantity.duration("http.clock_skew", config.clock_skew()),
            names(config),
            Set.copyOf(List.of(config.kasm_scopes()))),
        new Bans.Rules(
            config.brute_force_attempts(),
            Quantity.duration("http.brute_force.window", config.brute_force_window()),
            Quantity.duration("http.brute_force.ban", config.brute_force_ban())),
        networks(config.proxies()),
        networks(config.kasm_addresses()),
        config.max_connections(),
        config.max_connections_per_address(),
        Quantity.duration("http.header_timeout", config.header_timeout()),
        Quantity.duration("http.idle_timeout", config.idle_timeout()),
        Quantity.duration("http.drain_timeout", config.drain_timeout()));
  }

  /** Tokens in clear text must not leave the machine. */
  private static Endpoint endpoint(DoorConfig config) {
    String address = config.address().strip();
    if (config.ssl()) {
      return new Endpoint(true, address, config.port());
    }
    boolean local =
        !address.isEmpty() && Network.anyContains(networks("127.0.0.0/8", "::1"), literal(address));
    return new Endpoint(false, local ? address : LOOPBACK, config.port());
  }

  private static InetAddress literal(String address) {
    try {
      return InetAddress.ofLiteral(address);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + address + "' is not an address. Write 'address' like 192.0.2.7 or ::1.", e);
    }
  }

  private static List<Network> networks(String... texts) {
    return Arrays.stream(texts).map(Network::of).toList();
  }

  private static ClaimNames names(DoorConfig config) {
    return new ClaimNames(
        config.claims_subject(),
        config.claims_kasm_id(),
        config.claims_username(),
        config.claims_kasm_user(),
        config.claims_credential_type(),
        config.claims_scope());
  }
}
