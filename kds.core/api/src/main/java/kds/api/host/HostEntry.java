package kds.api.host;

import java.time.Instant;

/**
 * A file or folder in a listing.
 *
 * @param name its name, without a path
 * @param folder true for a folder
 * @param size bytes; 0 for a folder
 * @param modified when its content last changed
 * @param created when it was made; as {@code modified} where the file system does not tell
 * @param owner the owner's name, or uid where there is no name
 * @param group the group's name, or gid where there is no name
 * @param mode the permission bits, 0 to 07777
 */
public record HostEntry(
    String name,
    boolean folder,
    long size,
    Instant modified,
    Instant created,
    String owner,
    String group,
    int mode) {}
