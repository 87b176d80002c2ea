package kds.http.token;

/**
 * Which claim carries what. Ours by default; others for issuers with words of their own.
 *
 * @param subject who: required in every token
 * @param kasmId the session's id, a UUID
 * @param username the operating-system account
 * @param kasmUser the Kasm user's name
 * @param credentialType how the person logs on
 * @param scope the rights
 */
public record ClaimNames(
    String subject,
    String kasmId,
    String username,
    String kasmUser,
    String credentialType,
    String scope) {}
