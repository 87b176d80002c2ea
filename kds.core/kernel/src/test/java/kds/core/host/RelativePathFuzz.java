package kds.core.host;

import java.nio.charset.StandardCharsets;
import java.util.List;
import kds.api.host.HostException;

/** No path that the machine is asked for climbs, or has a part that the kernel reads otherwise. */
public final class RelativePathFuzz {
  private RelativePathFuzz() {}

  /** The input is the path. */
  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    try {
      RelativePath path = RelativePath.folder(text);
      for (byte[] part : path.parts()) {
        check(part, text);
      }
      List<byte[]> parts = path.parts();
      if (!parts.isEmpty() && path.parent().parts().size() != parts.size() - 1) {
        throw new AssertionError("The parent of " + text);
      }
      if (path.bytes().length > 4095) {
        throw new AssertionError("A path of " + path.bytes().length + " bytes");
      }
    } catch (HostException e) {
      // Refused.
    }
  }

  private static void check(byte[] part, String text) {
    String name = new String(part, StandardCharsets.UTF_8);
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw new AssertionError("'" + name + "' out of " + text);
    }
    if (name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
      throw new AssertionError("'" + name + "' out of " + text);
    }
  }
}
