package kds.http.server;

import kds.api.config.DurationValue;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The documented keys of the door, and the block {@code http}. */
@ObjectClassDefinition(
    name = "HTTP",
    description = "The door: where the service listens and whom it lets in")
@interface DoorConfig {
  @AttributeDefinition(
      description =
          "Serve HTTPS. Without it the service listens on the loopback address only: Kasm"
              + " Workspaces talks HTTPS")
  boolean ssl() default true;

  @AttributeDefinition(description = "TCP port; 0 takes any that is free", min = "0", max = "65535")
  int port() default 4902;

  @AttributeDefinition(description = "PEM file with the server's private key")
  String server_private_key() default "/etc/kasm-desktop-service/certs/key.pem";

  @AttributeDefinition(
      description = "PEM file with the server's certificate, followed by those of its issuers")
  String server_public_key() default "/etc/kasm-desktop-service/certs/cert.pem";

  @AttributeDefinition(
      description =
          "File with the key that tokens are verified with: PEM public keys or certificates, or a"
              + " JWK set")
  String jwt_public_key() default "/etc/kasm-desktop-service/certs/jwt.pem";

  @AttributeDefinition(
      required = false,
      description = "This server's UUID in Kasm Workspaces: what a token's 'aud' must name")
  String server_id() default "";

  @AttributeDefinition(
      required = false,
      description = "Address to listen on; empty = all. Needs ssl unless it is a loopback address")
  String address() default "";

  @DurationValue(max = "5m")
  @AttributeDefinition(description = "How far the clocks of issuer and server may differ")
  String clock_skew() default "30s";

  @AttributeDefinition(
      required = false,
      description = "Addresses or ranges of reverse proxies whose X-Forwarded-For is believed")
  String[] proxies() default {};

  @AttributeDefinition(
      required = false,
      description =
          "Addresses or ranges of Kasm Workspaces: a token without scopes from there gets"
              + " kasm_scopes; unproven against a real Kasm")
  String[] kasm_addresses() default {};

  @AttributeDefinition(
      required = false,
      description = "Scopes of a token without scopes that comes from kasm_addresses")
  String[] kasm_scopes() default {"files:read", "files:write", "screenshot"};

  @AttributeDefinition(description = "Claim that says whose the token is")
  String claims_subject() default "sub";

  @AttributeDefinition(description = "Claim with the session's id, a UUID")
  String claims_kasm_id() default "kasm_id";

  @AttributeDefinition(description = "Claim with the operating-system account")
  String claims_username() default "username";

  @AttributeDefinition(description = "Claim with the Kasm user's name")
  String claims_kasm_user() default "kasm_user";

  @AttributeDefinition(description = "Claim with the credential type")
  String claims_credential_type() default "credential_type";

  @AttributeDefinition(description = "Claim with the scopes")
  String claims_scope() default "scope";

  @AttributeDefinition(
      description = "So many bad tokens from one address ban it for a while; 0 = never",
      min = "0",
      max = "1000000")
  int brute_force_attempts() default 5;

  @DurationValue(min = "1s", max = "1d")
  @AttributeDefinition(description = "Time within which bad tokens are counted together")
  String brute_force_window() default "60s";

  @DurationValue(min = "1s", max = "1d")
  @AttributeDefinition(description = "How long a ban lasts")
  String brute_force_ban() default "10s";

  @AttributeDefinition(
      description = "Connections at one time; more wait to be accepted",
      min = "8",
      max = "1000000")
  int max_connections() default 2048;

  @AttributeDefinition(
      description = "Connections of one address at one time; more are closed at once",
      min = "4",
      max = "1000000")
  int max_connections_per_address() default 1024;

  @DurationValue(min = "1s", max = "10m")
  @AttributeDefinition(
      description = "Time for a handshake and the headers of a request, however slowly they come")
  String header_timeout() default "15s";

  @DurationValue(min = "1s", max = "1d")
  @AttributeDefinition(
      description = "Time after which a connection on which nothing moves is closed")
  String idle_timeout() default "60s";

  @DurationValue(max = "1h")
  @AttributeDefinition(
      description = "Time that running requests get when the service stops or its port changes")
  String drain_timeout() default "20s";

  @AttributeDefinition(
      description =
          "Exercise the calls for files for two seconds after the start, so that the first user"
              + " does not find them slow")
  boolean warm_up() default true;
}
