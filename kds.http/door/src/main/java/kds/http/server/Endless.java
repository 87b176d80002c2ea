package kds.http.server;

/**
 * A listener that tells answers without an end, as streams of events, that it closes: it would wait
 * for them otherwise, and they would never end. A request finds it as its connector. Thread-safe.
 */
public interface Endless {
  /** Has something done when the listener closes, at once when it has; must not block. */
  void whenClosing(Runnable action);

  /** Takes that back. */
  void forget(Runnable action);
}
