package kds.core.toy.impl;

import java.util.function.Supplier;
import org.osgi.service.component.annotations.Component;

/** Belongs to the capability, but is not what its old bundle offers. */
@Component(property = "kds.capability=toy")
public final class OtherComponent implements Supplier<String> {
  @Override
  public String get() {
    return "other";
  }
}
