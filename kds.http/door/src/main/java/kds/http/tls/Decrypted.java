package kds.http.tls;

import java.nio.ByteBuffer;

/** The end point below a TLS connection, where it wants to see what the connection brings. */
public interface Decrypted {
  /**
   * Is told what has just been decrypted, before anybody else sees it.
   *
   * @param buffer its last bytes, up to the limit, are new; it stays as it is
   * @param bytes how many of them
   * @return whether they may go on; else the connection is closed
   */
  boolean decrypted(ByteBuffer buffer, int bytes);
}
