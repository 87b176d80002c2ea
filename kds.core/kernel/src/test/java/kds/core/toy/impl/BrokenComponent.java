package kds.core.toy.impl;

import kds.core.toy.Toy;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Registers a service that nobody can obtain. */
@Component(property = "kds.capability=toy")
public final class BrokenComponent implements Toy {
  @Activate
  public BrokenComponent() {
    throw new IllegalStateException("out of order");
  }

  @Override
  public String version() {
    return "";
  }

  @Override
  public String late() {
    return "";
  }
}
