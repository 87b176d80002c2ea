package kds.api.session;

import java.time.Instant;

/**
 * Something happened in a session.
 *
 * @param sequence grows by one from event to event of the whole server
 * @param time when
 * @param kasmId the session
 * @param kind in a word: {@code state}, {@code step}, {@code progress}
 * @param step the step it is about, empty for the session itself
 * @param text what happened
 */
public record SessionEvent(
    long sequence, Instant time, String kasmId, String kind, String step, String text) {}
