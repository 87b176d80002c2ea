package kds.storage.transfer;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import kds.api.security.Caller;
import kds.api.transfer.Traffic;
import kds.api.transfer.TransferException;
import org.jspecify.annotations.Nullable;

/** Counts what is reported. Stands for the kernel's traffic, which is tested where it lives. */
final class Roads implements Traffic {
  /** What was begun: direction, path, size, whether it was a further one. */
  final List<String> begun = new CopyOnWriteArrayList<>();

  /** The terms it was begun on. */
  final List<Terms> terms = new CopyOnWriteArrayList<>();

  final AtomicInteger open = new AtomicInteger();
  final AtomicLong bytes = new AtomicLong();

  /** What beginning fails with, when set. */
  @Nullable TransferException refusal;

  @Override
  public Passage begin(
      Caller caller, Direction direction, String path, long size, boolean further, Terms asked)
      throws TransferException {
    if (refusal != null) {
      throw refusal;
    }
    begun.add(direction + " " + path + " " + size + (further ? " further" : ""));
    terms.add(asked);
    open.incrementAndGet();
    return new Passage() {
      @Override
      public void pass(long more) {
        bytes.addAndGet(more);
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    };
  }

  @Override
  public List<Transfer> running(Caller caller) {
    return List.of();
  }
}
