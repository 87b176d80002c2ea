package kds.core.session;

import tools.jackson.databind.json.JsonMapper;

/** A journal is read or called unreadable; what was read can be written and read again. */
public final class JournalFuzz {
  private static final JsonMapper JSON = new JsonMapper();

  private JournalFuzz() {}

  /** The input is the file. */
  public static void fuzzerTestOneInput(byte[] input) {
    SessionRecord record;
    try {
      record = JSON.readValue(input, SessionRecord.class);
    } catch (RuntimeException e) {
      return; // Journal sets it aside.
    }
    if (record == null) {
      return;
    }
    byte[] written = JSON.writeValueAsBytes(record);
    if (!JSON.readValue(written, SessionRecord.class).equals(record)) {
      throw new AssertionError(record + " comes back otherwise");
    }
    if (record.report().steps().size() != record.steps().size()) {
      throw new AssertionError(record.toString());
    }
  }
}
