package kds.core.toy.impl;

import kds.core.toy.Trouble;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Makes its bundle hang in its start. */
public final class HangingActivator implements BundleActivator {
  @Override
  public void start(BundleContext context) throws InterruptedException {
    Trouble.latch.await();
  }

  @Override
  public void stop(BundleContext context) {}
}
