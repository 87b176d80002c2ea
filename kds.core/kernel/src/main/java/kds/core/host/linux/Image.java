package kds.core.host.linux;

import java.util.List;

/**
 * What a child becomes.
 *
 * @param words program and arguments
 * @param environment {@code NAME=value}
 * @param directory where it starts, entered as the service
 * @param output the descriptor for its standard output
 * @param error the descriptor for its standard error
 */
public record Image(
    List<String> words, List<String> environment, String directory, int output, int error) {}
