/**
 * Tokens: found in a request, verified, made into a {@link kds.api.security.Caller}.
 *
 * <p>RFC 7515, 7519 and 8725. The JSON of a token is read once, strictly, by one parser; jose4j
 * does the cryptography.
 */
@NullMarked
package kds.http.token;

import org.jspecify.annotations.NullMarked;
