package kds.core.gate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.capability.Lease;
import org.jspecify.annotations.Nullable;

/**
 * The gate before one service type of one capability.
 *
 * <p>Entering takes no lock while a service is there. The lock guards who waits and when the gap
 * ends; nothing foreign is called under it.
 */
final class Gate {
  private final String capability;
  private final Premises premises;
  private final WaitingRoom room;
  private final Set<Parked<?>> parked = new LinkedHashSet<>();
  private volatile List<Offering> offerings = List.of();
  private long gapEnds = System.nanoTime();
  private boolean expiryPlanned;

  Gate(String capability, Premises premises, WaitingRoom room) {
    this.capability = capability;
    this.premises = premises;
    this.room = room;
  }

  List<Offering> offerings() {
    return offerings;
  }

  <T> CompletionStage<Lease<T>> enter(Class<T> type) {
    try {
      Lease<T> lease = lease(type);
      return lease != null ? CompletableFuture.completedStage(lease) : waitInGap(type);
    } catch (CapabilityUnavailableException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /** Adds a service that is yet to be obtained; calls may wait for that as in a gap. */
  synchronized void add(Offering offering) {
    List<Offering> grown = new ArrayList<>(offerings);
    grown.add(offering);
    grown.sort(Offering.NEWEST_FIRST);
    offerings = List.copyOf(grown);
    if (offering.generation().takesCalls()) {
      expect();
    }
  }

  /** Takes a service away. Calls may wait for its return unless it had been drained before. */
  synchronized void remove(Offering offering) {
    List<Offering> shrunk = new ArrayList<>(offerings);
    shrunk.remove(offering);
    offerings = List.copyOf(shrunk);
    boolean served = offering.generation().takesCalls();
    if (served && shrunk.stream().noneMatch(o -> o.generation().takesCalls())) {
      expect();
    }
  }

  /** Begins a gap: a service is expected to come soon. */
  synchronized void expect() {
    gapEnds = System.nanoTime() + room.gap().toNanos();
  }

  /** Ends the gap when nobody is left who takes calls: what was drained does not come back. */
  void endGapUnlessServed() {
    synchronized (this) {
      if (offerings.stream().anyMatch(o -> o.generation().takesCalls())) {
        return;
      }
      gapEnds = System.nanoTime();
    }
    refuseWaiting(Unavailable.absent(capability));
  }

  /** Lets everybody in who waits, as far as there is a service for him. */
  void serveWaiting() {
    waiting().forEach(call -> room.run(() -> serve(call)));
  }

  /** Sends everybody away who waits. */
  void refuseWaiting(CapabilityUnavailableException why) {
    waiting().forEach(call -> room.run(() -> call.answer().completeExceptionally(why)));
  }

  private synchronized List<Parked<?>> waiting() {
    return List.copyOf(parked);
  }

  private <T> @Nullable Lease<T> lease(Class<T> type) throws CapabilityUnavailableException {
    if (!premises.enter()) {
      throw Unavailable.off(capability);
    }
    for (Offering offering : offerings) {
      Object service = offering.service();
      // An instance of another class of that name can come from a bundle with its own copy of it.
      if (type.isInstance(service) && offering.generation().enter()) {
        return premises.lease(type.cast(service), offering.generation());
      }
    }
    premises.leave();
    return null;
  }

  private <T> CompletionStage<Lease<T>> waitInGap(Class<T> type)
      throws CapabilityUnavailableException {
    Parked<T> call;
    synchronized (this) {
      // Whoever brings a service does so before he takes the lock to serve those who wait.
      Lease<T> lease = lease(type);
      if (lease != null) {
        return CompletableFuture.completedStage(lease);
      }
      if (gapEnds - System.nanoTime() <= 0) {
        throw Unavailable.absent(capability);
      }
      if (!room.takeSeat()) {
        throw Unavailable.crowded(capability);
      }
      call = new Parked<>(type, gapEnds, new CompletableFuture<>());
      parked.add(call);
      planExpiry(gapEnds);
    }
    call.answer().whenComplete((lease, refusal) -> leave(call));
    return call.answer();
  }

  private synchronized void leave(Parked<?> call) {
    if (parked.remove(call)) {
      room.leaveSeat();
    }
  }

  private <T> void serve(Parked<T> call) {
    try {
      Lease<T> lease = lease(call.type());
      if (lease != null && !call.answer().complete(lease)) {
        lease.close();
      }
    } catch (CapabilityUnavailableException e) {
      call.answer().completeExceptionally(e);
    }
  }

  private void planExpiry(long at) {
    if (!expiryPlanned) {
      expiryPlanned = true;
      room.later(Duration.ofNanos(Math.max(0, at - System.nanoTime())), this::expire);
    }
  }

  private void expire() {
    List<Parked<?>> late = new ArrayList<>();
    synchronized (this) {
      expiryPlanned = false;
      long now = System.nanoTime();
      long next = Long.MAX_VALUE;
      for (Parked<?> call : parked) {
        long left = call.deadline() - now;
        if (left <= 0) {
          late.add(call);
        } else {
          next = Math.min(next, left);
        }
      }
      if (next != Long.MAX_VALUE) {
        planExpiry(now + next);
      }
    }
    late.forEach(
        c -> room.run(() -> c.answer().completeExceptionally(Unavailable.absent(capability))));
  }
}
