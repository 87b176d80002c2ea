package kds.core.config;

/**
 * The rule of names: each level of nesting and each {@code _} becomes a dot, as DS reads the method
 * {@code max_upload_size()} from the property {@code max.upload.size}.
 */
final class Properties {
  private static final String OURS = "kds.";

  private Properties() {}

  /** The property of a key. */
  static String name(String key) {
    return key.replace('_', '.');
  }

  /**
   * The PID of a block: an add-on's is written in full, with its dots; ours without {@code kds.}
   */
  static String pid(String block) {
    return block.indexOf('.') >= 0 ? block : OURS + block;
  }

  /** How the administrator writes a PID of ours. */
  static String block(String pid) {
    boolean ours = pid.startsWith(OURS) && pid.indexOf('.', OURS.length()) < 0;
    return ours ? pid.substring(OURS.length()) : pid;
  }
}
