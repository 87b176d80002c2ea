package kds.scripts;

/** What a session's start does about a home that holds work which could not be saved before. */
enum UnsavedProfile {
  /**
   * Nothing: it neither replaces the home nor what is stored, which another server may have saved
   * meanwhile. An operator has to say which of the two is to last.
   */
  KEEP,

  /** Save it first. Right where a user has no other server to work on. */
  SAVE;

  /**
   * Reads the setting.
   *
   * @throws IllegalArgumentException naming the key and how to write it
   */
  static UnsavedProfile of(String text) {
    return switch (text.strip()) {
      case "keep" -> KEEP;
      case "save" -> SAVE;
      default ->
          throw new IllegalArgumentException(
              "scripts.unsaved_profile: '" + text + "' is none of keep, save.");
    };
  }
}
