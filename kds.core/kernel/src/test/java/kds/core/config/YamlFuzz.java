package kds.core.config;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A configuration is read or called bad, and an edit of it says what it should. */
public final class YamlFuzz {
  private YamlFuzz() {}

  /** The input is config.yaml. */
  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    try {
      Document.of(text);
    } catch (BadConfigException e) {
      return;
    }
    edit(text, List.of("registered"), true);
    edit(text, List.of("server_id"), "b9c7-'\"");
    edit(text, List.of("capabilities", "screenshot"), "off");
  }

  private static void edit(String text, List<String> key, Object value) {
    String after;
    try {
      after = TextEdit.set(text, key, value);
    } catch (BadConfigException e) {
      return;
    }
    try {
      TextEdit.set(after, key, value);
    } catch (BadConfigException e) {
      throw new AssertionError("After one edit the next is refused:\n" + after, e);
    }
  }
}
