package kds.http.server;

import static kds.http.server.Jwt.claims;
import static kds.http.server.Jwt.token;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tokens that are well signed and say what cannot be. */
final class BadClaims extends TokenVectors {
  BadClaims() {
    withTimes();
    withAudiences();
    withClaims();
  }

  private void withTimes() {
    long now = Instant.now().getEpochSecond();
    add("exp missing", token("RS256", KEY, claims("exp", null)), "no expiry");
    withClaim("exp", now - 3600, "expired");
    withClaim("exp", now - 31, "expired");
    withClaim("exp", 0, "expired");
    withClaim("exp", -1, "between the years");
    withClaim("exp", String.valueOf(now + 3600), "whole number");
    withClaim("exp", now + 3600.5, "whole number");
    withClaim("exp", true, "whole number");
    withClaim("exp", List.of(now + 3600), "whole number");
    withClaim("exp", Map.of(), "whole number");
    withClaim("exp", Long.MAX_VALUE, "between the years");
    withClaim("exp", 253_402_300_800L, "between the years");
    rawClaim("exp", "null", "whole number");
    rawClaim("exp", "1e400", "whole number");
    rawClaim("exp", "1e10", "whole number");
    rawClaim("exp", "99999999999999999999", "whole number");
    rawClaim("exp", "9".repeat(1000), "strict JSON");
    rawClaim("exp", "0x7fffffff", "strict JSON");
    rawClaim("exp", "+9999999999", "strict JSON");
    rawClaim("exp", "NaN", "strict JSON");
    rawClaim("exp", "Infinity", "strict JSON");
    withClaim("nbf", now + 3600, "valid only from");
    withClaim("nbf", "tomorrow", "whole number");
    withClaim("nbf", -5, "between the years");
    withClaim("iat", now + 3600, "issued on");
    withClaim("iat", 1.5, "whole number");
    withClaim("iat", Long.MAX_VALUE, "between the years");
  }

  private void withAudiences() {
    withClaim("aud", "another-server", "another server");
    withClaim("aud", "", "another server");
    withClaim("aud", TestDoor.SERVER_ID + ' ', "another server");
    withClaim("aud", TestDoor.SERVER_ID.toUpperCase(Locale.ROOT), "another server");
    withClaim("aud", List.of("a", "b"), "another server");
    withClaim("aud", List.of(), "string or an array");
    withClaim("aud", 5, "string or an array");
    withClaim("aud", Map.of(TestDoor.SERVER_ID, 1), "string or an array");
    withClaim("aud", List.of(TestDoor.SERVER_ID, 5), "string or an array");
    withClaim("aud", List.of(List.of(TestDoor.SERVER_ID)), "string or an array");
    rawClaim("aud", "null", "string or an array");
  }

  private void withClaims() {
    add("sub missing", token("RS256", KEY, claims("sub", null)), "'sub'");
    withClaim("sub", "", "'sub'");
    withClaim("sub", "  ", "'sub'");
    withClaim("sub", 5, "'sub' must be a string");
    withClaim("sub", "a\nb", "control characters");
    withClaim("sub", "x".repeat(257), "longer than 256");
    withClaim("kasm_id", "../../etc", "not a UUID");
    withClaim("kasm_id", "0f8fad5b-d9cb-469f-a165-70867728950", "not a UUID");
    withClaim("kasm_id", "1-1-1-1-1", "not a UUID");
    withClaim("kasm_id", 7, "'kasm_id' must be a string");
    withClaim("username", "../root", "not the name of an account");
    withClaim("username", List.of("root"), "'username' must be a string");
    withClaim("username", "a\0b", "control characters");
    withClaim("credential_type", "root", "must be one of");
    withClaim("scope", 5, "separated by spaces");
    withClaim("scope", "a\tb", "separated by spaces");
    withClaim("scope", "\"", "separated by spaces");
    withClaim("scope", List.of("a b"), "separated by spaces");
    withClaim("scope", "a ".repeat(65), "separated by spaces");
  }
}
