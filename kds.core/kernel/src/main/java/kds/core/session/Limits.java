package kds.core.session;

import java.time.Duration;

/**
 * Bounds of the engine.
 *
 * @param endWait how long the answer to an end waits for it
 * @param startWait how long a start waits for the end of that user's other session
 * @param keep how long an ended session is remembered
 * @param mostStarting how many starts may be under way
 * @param gap how long a step is waited for whose service is not there
 * @param mostEnded how many ended sessions are kept in memory as a whole
 * @param grace how long an interrupted step has to end
 */
record Limits(
    Duration endWait,
    Duration startWait,
    Duration keep,
    int mostStarting,
    int mostEnded,
    Duration gap,
    Duration grace) {}
