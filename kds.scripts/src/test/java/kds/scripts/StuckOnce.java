package kds.scripts;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import kds.api.host.HostException;
import kds.api.host.HostProcess;
import kds.api.host.HostProcesses;

/** The machine's processes, of which the first group that is to be ended cannot be. */
final class StuckOnce {
  private final HostProcesses real;
  private final AtomicBoolean stuck = new AtomicBoolean();
  private final Semaphore awaited = new Semaphore(0);

  StuckOnce(HostProcesses real) {
    this.real = real;
  }

  HostProcesses processes() {
    return proxy(
        HostProcesses.class,
        (method, arguments) -> {
          if (method.getName().equals("end") && stuck.compareAndSet(false, true)) {
            throw new HostException(HostException.Reason.TIMEOUT, "stuck in the kernel");
          }
          Object result = method.invoke(real, arguments);
          return result instanceof HostProcess process ? told(process) : result;
        });
  }

  /** Waits until somebody waits for the ends of so many programs. */
  boolean awaitAwaited(int programs) throws InterruptedException {
    return awaited.tryAcquire(programs, 30, TimeUnit.SECONDS);
  }

  private HostProcess told(HostProcess process) {
    return proxy(
        HostProcess.class,
        (method, arguments) -> {
          if (method.getName().equals("exit")) {
            awaited.release();
          }
          return method.invoke(process, arguments);
        });
  }

  /** What is done instead of a method. */
  @FunctionalInterface
  private interface Instead {
    Object call(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Instead instead) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> instead.call(method, arguments)));
  }
}
