package kds.core.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import kds.api.security.Audit;
import kds.api.security.AuditRecord;

/** Keeps audit records, and lets a test wait for one. */
final class Records implements Audit {
  private final List<AuditRecord> all = new ArrayList<>();

  @Override
  public synchronized void record(AuditRecord record) {
    all.add(record);
    notifyAll();
  }

  /** Takes a record out, awaiting it. */
  synchronized AuditRecord await(String act, Predicate<AuditRecord> wanted) throws Exception {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (true) {
      for (AuditRecord record : all) {
        if (record.act().equals(act) && wanted.test(record)) {
          all.remove(record);
          return record;
        }
      }
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError("No record " + act + " as expected; there are " + all);
      }
      wait(left);
    }
  }

  synchronized long count(Predicate<AuditRecord> wanted) {
    return all.stream().filter(wanted).count();
  }
}
