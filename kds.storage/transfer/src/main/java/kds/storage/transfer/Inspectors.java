package kds.storage.transfer;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import kds.api.transfer.UploadInspector;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Those that look at uploads, for every way in. A service within this bundle. Thread-safe. */
@Component(service = Inspectors.class, immediate = true)
public final class Inspectors {
  private final List<UploadInspector> all = new CopyOnWriteArrayList<>();

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void addInspector(UploadInspector inspector) {
    all.add(inspector);
  }

  void removeInspector(UploadInspector inspector) {
    all.remove(inspector);
  }

  /** An inspection by whoever is there when it is made. */
  Inspection by(Policies policies) {
    return new Inspection(() -> all, policies.inspectionTimeout(), policies.requireInspection());
  }
}
