package kds.storage.transfer;

/**
 * What an upload has to pass.
 *
 * @param limit of its size
 * @param reserve of the disk
 * @param inspection of its content
 */
record Checks(Limit limit, Reserve reserve, Inspection inspection) {}
