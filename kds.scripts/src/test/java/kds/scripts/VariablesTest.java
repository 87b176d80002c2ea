package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import kds.api.script.ScriptRun;
import kds.api.session.SessionContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VariablesTest {
  /** The documented table, name by name, with what the session of this test has. */
  private static final Map<String, String> DOCUMENTED =
      Map.of(
          "user_id", "user-1",
          "username", "alice",
          "kasm_id", House.KASM_ID,
          "jwt_token", "********",
          "api_host", "kasm.example.com",
          "api_port", "8443",
          "api_url_prefix", "/kasm");

  private static final Map<String, String> BASE =
      Map.of(
          "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/kds/bin",
          "HOME", "/root",
          "USER", "root",
          "LOGNAME", "root",
          "SHELL", "/bin/bash",
          "LANG", "C.UTF-8",
          "KDS_SOCKET", "/run/kds/admin.sock");

  /** What the script was given, before its shell adds anything. */
  private static final String PRINT = "tr '\\0' '\\n' < /proc/$$/environ";

  @TempDir Path folder;
  private House house;

  @BeforeEach
  void build() throws Exception {
    house = new House(folder);
  }

  @AfterEach
  void leave() throws Exception {
    house.close();
  }

  private static Map<String, String> printed(ScriptRun run) {
    assertThat(run.outcome()).as(run.message()).isEqualTo(ScriptRun.Outcome.DONE);
    return run.head()
        .lines()
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.indexOf('=')),
                line -> line.substring(line.indexOf('=') + 1)));
  }

  private static Map<String, String> with(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(BASE);
    all.putAll(more);
    return all;
  }

  @Test
  void sessionStartHasEveryDocumentedVariableAndNothingElse() throws Exception {
    house.bash("session_start/env", PRINT);
    ScriptRun run = house.all(house.scripts(), "session_start", House.context()).getFirst();
    Map<String, String> expected = with(DOCUMENTED);
    expected.put("kasm_user", "alice@example.com");
    assertThat(printed(run)).containsExactlyInAnyOrderEntriesOf(expected);
  }

  @Test
  void sessionEndHasNoKasmUser() throws Exception {
    house.bash("session_end/env", PRINT);
    ScriptRun run = house.all(house.scripts(), "session_end", House.context()).getFirst();
    assertThat(printed(run)).containsExactlyInAnyOrderEntriesOf(with(DOCUMENTED));
  }

  @Test
  void aBuiltinHasItsStorageMappingToo() throws Exception {
    house.bash("builtin/map_storage.sh", PRINT);
    String mapping = "{\"name\":\"My Drive\",\"target\":\"/OneDrive\"}";
    ScriptRun run =
        house
            .scripts()
            .builtin("map_storage.sh", House.context(), Map.of("storage_mapping", mapping))
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    Map<String, String> expected = with(DOCUMENTED);
    expected.put("storage_mapping", mapping);
    assertThat(printed(run)).containsExactlyInAnyOrderEntriesOf(expected);
  }

  @Test
  void theStartOfTheServiceHasNoSession() throws Exception {
    house.bash("service_startup/env", PRINT);
    ScriptRun run = house.all(house.scripts(), "service_startup", null).getFirst();
    Map<String, String> expected = with(DOCUMENTED);
    List.of("user_id", "username", "kasm_id", "jwt_token").forEach(name -> expected.put(name, ""));
    assertThat(printed(run)).containsExactlyInAnyOrderEntriesOf(expected);
  }

  @Test
  void aNameNobodyKnowsIsEmptySoThatSetMinusUWorks() throws Exception {
    house.bash("session_start/one.sh", "set -u; echo \"[$username]\"");
    SessionContext context = House.context(House.KASM_ID, null, List.of());
    ScriptRun run = house.all(house.scripts(), "session_start", context).getFirst();
    assertThat(run.head()).isEqualTo("[]\n");
  }

  @Test
  void theTokenIsWholeInTheScriptThoughMaskedInItsOutput() throws Exception {
    ScriptRun run = house.one("echo ${#jwt_token}; [ \"$jwt_token\" = '" + House.TOKEN + "' ]");
    assertThat(run.outcome()).isEqualTo(ScriptRun.Outcome.DONE);
    assertThat(run.head()).isEqualTo(House.TOKEN.length() + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"$(touch /x)", "`id`", "a'b\"c", "a b\tc", "-n", "ä€😀", "a\nb=c", "; id"})
  void aValueReachesTheScriptByteForByteWhateverIsInIt(String value) throws Exception {
    house.bash("session_start/one.sh", "printf %s \"$username\" | od -An -tx1 | tr -d ' \\n'");
    SessionContext context = House.context(House.KASM_ID, value, List.of());
    ScriptRun run = house.all(house.scripts(), "session_start", context).getFirst();
    assertThat(run.head())
        .isEqualTo(
            java.util.HexFormat.of()
                .formatHex(value.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  @Test
  void aScriptThatAsksForItRunsAsTheSessionsUserInHisHome() throws Exception {
    house.bash(
        "session_start/one.sh", "# kds: user=session\nid -u; id -G; pwd; echo $HOME $USER $SHELL");
    ScriptRun run = house.all(house.scripts(), "session_start", House.context()).getFirst();
    assertThat(run.outcome()).as(run.message()).isEqualTo(ScriptRun.Outcome.DONE);
    assertThat(run.head()).isEqualTo("43210\n43211\n/tmp\n/tmp alice /bin/sh\n");
  }
}
