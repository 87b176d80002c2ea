package kds.api.transfer;

import java.time.Instant;

/**
 * An upload that was begun.
 *
 * @param key the right to it: 43 letters of base64url, 256 random bits. A secret
 * @param place the folder that serves the caller
 * @param expires when it is removed unless it is finished
 */
public record UploadTicket(String key, Place place, Instant expires) {
  /** Without the key. */
  @Override
  public String toString() {
    return "UploadTicket[place=" + place + ", expires=" + expires + "]";
  }
}
