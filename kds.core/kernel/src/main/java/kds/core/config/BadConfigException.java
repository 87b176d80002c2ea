package kds.core.config;

import java.util.List;

/** The configuration cannot be used; all that is wrong with it. */
final class BadConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Flaw> flaws;

  BadConfigException(List<Flaw> flaws) {
    super(flaws.getFirst().line("config.yaml"));
    this.flaws = List.copyOf(flaws);
  }

  BadConfigException(Spot spot, String key, String what, String remedy) {
    this(List.of(new Flaw(spot, key, what, remedy)));
  }

  List<Flaw> flaws() {
    return flaws;
  }
}
