package kds.core.toy.impl;

import kds.core.toy.Toy;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;

/** A delayed component, as real capabilities are. */
@Component(property = "kds.capability=toy")
@SatisfyingConditionTarget("(osgi.condition.id=kds.toy)")
public final class ToyComponent implements Toy {
  private final String version;

  @Activate
  public ToyComponent(BundleContext context) {
    version = context.getBundle().getVersion().toString();
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public String late() {
    return Late.word(version);
  }
}
