package kds.core.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import kds.api.security.AuditRecord;
import kds.api.security.AuditRecord.Outcome;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class AuditLogTest {
  @Test
  void writesEveryMember() {
    AuditRecord record =
        new AuditRecord(
            "u-1",
            "file.upload",
            "/home/alice/Downloads/a.txt",
            Outcome.DONE,
            "k-1",
            Map.of("size", "5", "crc32c", "00ff"));
    assertThat(AuditLog.line(record))
        .isEqualTo(
            "{\"actor\":\"u-1\",\"act\":\"file.upload\",\"target\":\"/home/alice/Downloads/a.txt\","
                + "\"outcome\":\"done\",\"kasm_id\":\"k-1\","
                + "\"details\":{\"crc32c\":\"00ff\",\"size\":\"5\"}}");
  }

  @Test
  void staysOneLineWhateverAUserNamesHisFiles() {
    String evil =
        "a\n{\"actor\":\"root\"}\r\u2028\u0085\u001b[2J\u202e\"\\\ud800\udc00x\ud83d \u0000é😀";
    String line =
        AuditLog.line(new AuditRecord(evil, "x", evil, Outcome.REFUSED, null, Map.of(evil, evil)));
    assertThat(line.lines()).hasSize(1);
    assertThat(line.chars()).allMatch(c -> c >= ' ' && c != 0x7f && c != 0x85 && c != 0x2028);
    assertThat(line).contains("é😀").doesNotContain("\u202e");
    // JSON is YAML, and the kernel has a reader for that.
    Map<String, Object> read = new Yaml().load(line.replace("\\ud83d ", " "));
    assertThat(read.get("target")).isEqualTo(evil.replace("\ud83d ", " "));
    assertThat(read).containsOnlyKeys("actor", "act", "target", "outcome", "details");
  }

  @Test
  void handsTheLineToTheLog() {
    new AuditLog().record(new AuditRecord("a", "b", "c", Outcome.FAILED, null, Map.of()));
  }
}
