package kds.core.toy.impl;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Makes its bundle fail to start. */
public final class FailingActivator implements BundleActivator {
  @Override
  public void start(BundleContext context) {
    throw new IllegalStateException("the activator gives up");
  }

  @Override
  public void stop(BundleContext context) {}
}
