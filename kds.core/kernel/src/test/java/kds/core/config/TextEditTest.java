package kds.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextEditTest {
  /** The annotated example of the behaviour page, with odd spacing. */
  private static final String DOCUMENTED =
      """
      # server HTTP(s) configuration
      ssl: true
      port:   4902      # the door
      server_private_key: "/etc/kasm-desktop-service/certs/key.pem"
      # path to upload/download folders
      upload_dir: '/opt/kasm-desktop-service/Upload'

      multi_user:  true   # aligned …
      user_sso:    false  # … with this
      debug: No
      api_host: kasm.example.net
      api_port: 443
      # below is optional
      api_url_prefix : "/kasm"
      registered:         # not yet
      """;

  @Test
  void changesAFlagAndNothingElse() throws Exception {
    becomes("multi_user", false, "multi_user:  true ", "multi_user:  false ");
    becomes("user_sso", true, "user_sso:    false ", "user_sso:    true ");
    becomes("debug", true, "debug: No", "debug: Yes");
  }

  @Test
  void changesTextsInTheQuotesTheyHave() throws Exception {
    becomes("api_url_prefix", "/it's", "\"/kasm\"", "\"/it's\"");
    becomes("upload_dir", "/it's", "'/opt/kasm-desktop-service/Upload'", "'/it''s'");
    becomes("api_host", "a.example", "kasm.example.net", "a.example");
    becomes("api_host", "on", "kasm.example.net", "\"on\"");
    becomes("api_host", "a: #b \"c\\", "kasm.example.net", "\"a: #b \\\"c\\\\\"");
    becomes("port", 4903, "4902 ", "4903 ");
  }

  @Test
  void fillsAKeyThatHasNoValueYet() throws Exception {
    becomes("registered", true, "registered: ", "registered: true ");
    assertThat(TextEdit.set("registered:", List.of("registered"), true))
        .isEqualTo("registered: true");
  }

  @Test
  void appendsAKeyThatIsMissing() throws Exception {
    assertThat(TextEdit.set(DOCUMENTED, List.of("server_id"), "123e4567-e89b"))
        .isEqualTo(DOCUMENTED + "server_id: \"123e4567-e89b\"\n");
    assertThat(TextEdit.set("ssl: true", List.of("registered"), true))
        .isEqualTo("ssl: true\nregistered: true\n");
    assertThat(TextEdit.set("  ssl: true # x\n  # y\n", List.of("registered"), true))
        .isEqualTo("  ssl: true # x\n  registered: true\n  # y\n");
    assertThat(TextEdit.set("ssl: true\n...\n", List.of("registered"), true))
        .isEqualTo("ssl: true\nregistered: true\n...\n");
    assertThat(TextEdit.set("{ssl: true, port: 1}\n", List.of("registered"), true))
        .isEqualTo("{ssl: true, port: 1, registered: true}\n");
    assertThat(TextEdit.set("toy:\n  hosts:\n  - a\n  - b # last\n", List.of("registered"), true))
        .isEqualTo("toy:\n  hosts:\n  - a\n  - b # last\nregistered: true\n");
    assertThat(TextEdit.set("toy:\n  label: |\n    a\n    b\n", List.of("registered"), true))
        .isEqualTo("toy:\n  label: |\n    a\n    b\nregistered: true\n");
  }

  @Test
  void keepsWindowsLineEnds() throws Exception {
    assertThat(TextEdit.set("ssl: true\r\nport: 1\r\n", List.of("registered"), true))
        .isEqualTo("ssl: true\r\nport: 1\r\nregistered: true\r\n");
    assertThat(TextEdit.set("ssl: true\r\nport: 1\r\n", List.of("ssl"), false))
        .isEqualTo("ssl: false\r\nport: 1\r\n");
  }

  @Test
  void countsCharactersOutsideTheFirstPlaneAsOne() throws Exception {
    assertThat(TextEdit.set("# 🖥🖥🖥\nssl: true # 🖥\n", List.of("ssl"), false))
        .isEqualTo("# 🖥🖥🖥\nssl: false # 🖥\n");
  }

  @Test
  void writesSwitchesWhereverTheyAre() throws Exception {
    switched("port: 1\n", "port: 1\ncapabilities:\n  toy: \"off\"\n");
    switched("{port: 1}", "{port: 1, capabilities: { toy: \"off\" }}");
    switched("capabilities:\n", "capabilities: { toy: \"off\" }\n");
    switched("capabilities: {}\n", "capabilities: { toy: \"off\" }\n");
    switched("capabilities: { a: \"on\" }\n", "capabilities: { a: \"on\", toy: \"off\" }\n");
    switched("capabilities: { toy: on } # x\n", "capabilities: { toy: off } # x\n");
    switched("capabilities: { toy: \"on\" }\n", "capabilities: { toy: \"off\" }\n");
    switched("capabilities: { toy: 'True' }\n", "capabilities: { toy: 'False' }\n");
    switched(
        "capabilities:\n    a: yes  # why\n    # end\nport: 1\n",
        "capabilities:\n    a: yes  # why\n    toy: \"off\"\n    # end\nport: 1\n");
    switched("capabilities:\n  toy:   # ?\n", "capabilities:\n  toy: \"off\"   # ?\n");
  }

  @Test
  void replacesAnAliasByAValue() throws Exception {
    assertThat(TextEdit.set("ssl: &yes true\ndebug: *yes\n", List.of("debug"), false))
        .isEqualTo("ssl: &yes true\ndebug: false\n");
  }

  @Test
  void refusesAChangeThatWouldChangeSomethingElse() {
    assertThatThrownBy(() -> TextEdit.set("ssl: &x true\ndebug: *x\n", List.of("ssl"), false))
        .isInstanceOf(BadConfigException.class);
    assertThatThrownBy(() -> TextEdit.set("ssl: [\n", List.of("ssl"), false))
        .isInstanceOf(BadConfigException.class);
  }

  private static void switched(String before, String after) throws BadConfigException {
    assertThat(TextEdit.set(before, List.of("capabilities", "toy"), false)).isEqualTo(after);
  }

  private static void becomes(String key, Object value, String old, String changed)
      throws BadConfigException {
    assertThat(DOCUMENTED).containsOnlyOnce(old);
    assertThat(TextEdit.set(DOCUMENTED, List.of(key), value))
        .isEqualTo(DOCUMENTED.replace(old, changed));
  }
}
