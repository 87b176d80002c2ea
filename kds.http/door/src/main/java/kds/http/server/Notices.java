package kds.http.server;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says of each matter what is wrong, once, until it changes. Used by one thread. */
final class Notices {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  private final Map<String, String> said = new HashMap<>();

  /** Says it, unless that was the last thing said about it; nothing when the message is empty. */
  void say(String about, String message) {
    if (message.isEmpty()) {
      said.remove(about);
    } else if (!message.equals(said.put(about, message))) {
      LOG.warn(message);
    }
  }

  /** It is well. */
  void settle(String about) {
    said.remove(about);
  }
}
