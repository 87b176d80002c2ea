package kds.core.toy.impl;

/** Is loaded when somebody asks for the word, not before. */
final class Late {
  private Late() {}

  static String word(String version) {
    return "late " + version;
  }
}
