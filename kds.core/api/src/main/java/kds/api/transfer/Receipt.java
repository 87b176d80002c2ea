package kds.api.transfer;

import org.jspecify.annotations.Nullable;

/**
 * What became of an upload.
 *
 * @param place the folder that serves the caller
 * @param path the file's path in it; its name differs from the wanted one after a conflict
 * @param size bytes
 * @param crc32c CRC32C (RFC 3720, appendix B.4) of the content, eight lower-case hex digits
 * @param sha256 SHA-256 of the content in lower-case hex, null unless asked for
 * @param renamed whether the name differs from the wanted one
 * @param replaced whether an older file of that name was replaced
 */
public record Receipt(
    Place place,
    String path,
    long size,
    String crc32c,
    @Nullable String sha256,
    boolean renamed,
    boolean replaced) {}
