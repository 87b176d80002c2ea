package kds.run.it;

import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/** Boots a machine, says so on standard error, and waits for its own violent end. */
final class ForgottenMachine {
  private ForgottenMachine() {}

  public static void main(String[] args) throws Exception {
    DebianMachine machine = DebianMachine.boot();
    LoggerFactory.getLogger(ForgottenMachine.class)
        .warn("machine of process {}", machine.leader().pid());
    new CountDownLatch(1).await();
  }
}
