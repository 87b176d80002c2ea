package kds.core.deploy;

import java.util.List;
import java.util.Map;

/**
 * What a folder of jars held at one moment.
 *
 * @param jars the usable ones
 * @param unusable file names of the others, and what is the matter with each
 * @param unsettled whether one of them may soon be usable without another event of the folder
 */
record Inventory(List<Jar> jars, Map<String, String> unusable, boolean unsettled) {
  /** Of a folder that could not be read. */
  static final Inventory UNKNOWN = new Inventory(List.of(), Map.of(), true);
}
