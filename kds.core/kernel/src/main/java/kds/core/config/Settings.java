package kds.core.config;

import java.util.List;
import java.util.Map;

/**
 * A whole, faultless configuration.
 *
 * @param byPid what each PID is fed
 * @param switches what the file says of capabilities, by name; true is on
 * @param warnings what is odd, but does no harm
 */
record Settings(
    Map<String, Map<String, Object>> byPid, Map<String, Boolean> switches, List<Flaw> warnings) {}
