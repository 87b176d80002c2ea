package kds.core.toy;

/** The service of the toy capability; tests and toy bundles share it. */
public interface Toy {
  /** A short call: the version of the bundle that answers. */
  String version();

  /** A call that needs a class which the bundle has not loaded yet. */
  String late();
}
