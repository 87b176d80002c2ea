package kds.core.config;

import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import kds.api.capability.Capability;
import org.apache.felix.metatype.AD;
import org.apache.felix.metatype.Designate;
import org.apache.felix.metatype.MetaData;
import org.apache.felix.metatype.MetaDataReader;
import org.apache.felix.metatype.OCD;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleRevision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an installed bundle says of itself: the properties of its PIDs, and the capabilities it
 * provides. Read without resolving or starting it.
 *
 * <p>Not by the Metatype service, which knows one description for each PID and bundle only, and
 * drops our marks; by the reader behind it.
 */
record BundleFacts(
    String name,
    Version version,
    long id,
    Map<String, List<Attribute>> attributes,
    Set<String> capabilities) {

  private static final Logger LOG = LoggerFactory.getLogger(BundleFacts.class);
  private static final String FOLDER = "OSGI-INF/metatype";

  static BundleFacts of(Bundle bundle) {
    return new BundleFacts(
        String.valueOf(bundle.getSymbolicName()),
        bundle.getVersion(),
        bundle.getBundleId(),
        attributes(bundle),
        capabilities(bundle));
  }

  private static Set<String> capabilities(Bundle bundle) {
    Set<String> names = new TreeSet<>();
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    if (revision != null) {
      revision
          .getDeclaredCapabilities(Capability.PROPERTY)
          .forEach(c -> names.add(String.valueOf(c.getAttributes().get(Capability.PROPERTY))));
    }
    return names;
  }

  private static Map<String, List<Attribute>> attributes(Bundle bundle) {
    Map<String, List<Attribute>> all = new HashMap<>();
    var paths = bundle.getEntryPaths(FOLDER);
    for (String path : paths == null ? List.<String>of() : Collections.list(paths)) {
      URL entry = path.endsWith(".xml") ? bundle.getEntry(path) : null;
      if (entry != null) {
        read(bundle, entry, all);
      }
    }
    return all;
  }

  private static void read(Bundle bundle, URL entry, Map<String, List<Attribute>> all) {
    try {
      MetaData data = new MetaDataReader().parse(entry);
      if (data == null || data.getDesignates() == null) {
        return;
      }
      for (Object each : data.getDesignates()) {
        Designate designate = (Designate) each;
        Object described = data.getObjectClassDefinitions().get(designate.getObject().getOcdRef());
        if (designate.getPid() != null && described instanceof OCD ocd) {
          all.computeIfAbsent(designate.getPid(), pid -> new ArrayList<>()).addAll(of(ocd));
        }
      }
    } catch (IOException | RuntimeException e) { // Of the second kind: PIDs that nothing describes.
      LOG.warn("{} in {} cannot be read; its PIDs are not checked", entry.getPath(), bundle, e);
    }
  }

  private static List<Attribute> of(OCD ocd) {
    Map<?, ?> definitions = ocd.getAttributeDefinitions();
    return definitions == null
        ? List.of()
        : definitions.values().stream().map(AD.class::cast).map(Attribute::of).toList();
  }
}
