package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import kds.run.it.DebianSessions.Answer;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Much output of a script, in the journal of a service that systemd runs. */
@OnDebian
class OutputSystemIT {
  private static final Logger LOG = LoggerFactory.getLogger(OutputSystemIT.class);

  /** More than the journal takes in its interval of half a minute, were it to limit the service. */
  private static final int LINES = 150_000;

  @Test
  void everyLineIsInTheJournalAlsoWhenTheServiceStopsAtOnce(DebianMachine machine)
      throws Exception {
    DebianService service =
        machine.installService("scripts: {session_start: wait}\nsessions: {start_wait: 1m}\n");
    String script = "#!/bin/sh\nseq -f 'line %.0f of many' 1 " + LINES + "\n";
    machine.write(
        "/opt/kasm-desktop-service/scripts/session_start/many",
        script.getBytes(StandardCharsets.UTF_8),
        "755");
    machine.write("/etc/systemd/journald.conf", "[Journal]\nSystemMaxUse=2G\n".getBytes(), "644");
    machine.succeed("systemctl", "restart", "systemd-journald");
    service.start();
    DebianUser user = machine.addUser("talker");
    long began = System.nanoTime();
    Answer answer = DebianSessions.of(service).start(DebianSessions.newId(), user.name(), "static");
    service.stop();
    assertThat(answer.says("outcome", "ready")).as("%s", answer).isTrue();
    // Journald reads what the service has left to it.
    machine.awaitJournal("line " + LINES + " of many$", Duration.ofMinutes(2));
    long rate = LINES * 1_000_000_000L / (System.nanoTime() - began);
    LOG.info("{} lines are in the journal, {} a second", LINES, rate);
    String count =
        "journalctl -o cat -u "
            + DebianService.UNIT
            + " | sed -n 's/.*kds.scripts.output: session_start\\/many: line \\([0-9]*\\) of many$/\\1/p'"
            + " | cmp - /run/wanted && echo same";
    machine.succeed("sh", "-c", "seq 1 " + LINES + " > /run/wanted");
    Outcome compared = machine.run(Duration.ofMinutes(2), new byte[0], List.of("sh", "-c", count));
    assertThat(compared.output()).as(compared.errors()).isEqualTo("same");
  }
}
