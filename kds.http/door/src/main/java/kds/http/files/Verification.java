package kds.http.files;

import java.security.MessageDigest;
import kds.http.route.Refusal;

/** What the content of one request must come to, before it counts. */
interface Verification {
  /** Takes the content in. */
  MessageDigest digest();

  /**
   * Compares what came with what should have.
   *
   * @throws Refusal when they differ
   */
  void verify() throws Refusal;
}
