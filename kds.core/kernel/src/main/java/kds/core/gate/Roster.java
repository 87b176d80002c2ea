package kds.core.gate;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import kds.api.capability.Capabilities;
import kds.api.capability.Capability;
import kds.api.security.Audit;
import kds.api.security.AuditRecord;
import kds.api.security.AuditRecord.Outcome;
import kds.api.security.Caller;
import kds.core.config.CapabilitySwitches;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The list of capabilities with their switches, for people. */
@Component
public final class Roster implements Capabilities {
  private final Gatehouse gatehouse;
  private final CapabilitySwitches switches;
  private final Audit audit;

  /** Made by Declarative Services. */
  @Activate
  public Roster(
      @Reference Gatehouse gatehouse,
      @Reference CapabilitySwitches switches,
      @Reference Audit audit) {
    this.gatehouse = gatehouse;
    this.switches = switches;
    this.audit = audit;
  }

  @Override
  public List<Capability> list() {
    return names().stream().map(this::describe).toList();
  }

  @Override
  public void turn(String name, boolean on, Caller by) throws IOException {
    try {
      switches.turn(name, on);
      write(name, on, by, Outcome.DONE);
    } catch (IOException e) {
      write(name, on, by, Outcome.FAILED);
      throw e;
    }
  }

  private Set<String> names() {
    Set<String> names = new TreeSet<>(switches.known());
    names.addAll(gatehouse.seen());
    return names;
  }

  private Capability describe(String name) {
    List<Capability.Generation> generations =
        gatehouse.serving(name).stream()
            .map(g -> new Capability.Generation(g.name(), g.version(), g.draining(), g.leases()))
            .toList();
    return new Capability(name, switches.isOn(name), generations);
  }

  private void write(String name, boolean on, Caller by, Outcome outcome) {
    audit.record(
        new AuditRecord(
            by.subject(),
            on ? "capability.on" : "capability.off",
            name,
            outcome,
            by.session() == null ? null : by.session().kasmId(),
            Map.of("address", by.address())));
  }
}
