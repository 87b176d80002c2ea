package kds.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.osgi.service.metatype.AttributeDefinition;

class ReadingTest {
  private static final Attribute LABEL = Attribute.of("label", AttributeDefinition.STRING);
  private static final Attribute COUNT = Attribute.of("count", AttributeDefinition.INTEGER);

  @Test
  void routesDocumentedKeysAndFillsTheirDefaults() throws Exception {
    Settings settings = read("registered: yes\nserver_id:\nupload_dir: /srv/up\n");
    assertThat(settings.byPid().keySet())
        .containsExactlyInAnyOrder(
            "kds.http", "kds.transfer", "kds.workspaces", "kds.scripts", "kds.logging");
    assertThat(settings.byPid().get("kds.workspaces")).containsEntry("registered", true);
    assertThat(settings.byPid().get("kds.http"))
        .containsEntry("server.id", "")
        .containsEntry("jwt.public.key", "/etc/kasm-desktop-service/certs/jwt.pem");
    assertThat(settings.byPid().get("kds.transfer")).containsEntry("upload.dir", "/srv/up");
    assertThat(settings.warnings()).isEmpty();
  }

  @Test
  void acceptsTheDocumentedExampleAsItIs() throws Exception {
    Settings settings =
        read(
            """
            # server HTTP(s) configuration
            ssl: true
            port: 4902
            server_private_key: "/etc/kasm-desktop-service/certs/key.pem"
            server_public_key: "/etc/kasm-desktop-service/certs/cert.pem"
            # path to JWT's RSA certificate for token verification
            jwt_public_key: "/etc/kasm-desktop-service/certs/jwt.pem"
            # path to upload/download folders
            upload_dir: "/opt/kasm-desktop-service/Upload"
            download_dir: "/opt/kasm-desktop-service/Download"
            multi_user: true
            user_sso: false
            debug: false
            api_host: "kasm.example.net"
            api_port: 443
            # below is optional
            api_url_prefix : "/kasm"
            """);
    assertThat(settings.warnings()).isEmpty();
    assertThat(settings.byPid().get("kds.workspaces"))
        .containsEntry("api.host", "kasm.example.net")
        .containsEntry("api.url.prefix", "/kasm");
  }

  @Test
  void takesABlockThatNobodyHasDescribedAsYamlSeesIt() throws Exception {
    Settings settings =
        read(
            """
            acme.scan:
              on: off
              text: "off"
              whole: 7
              decimal: 0.5
              time: 5:30
              octal: 012
              none: ~
              some: [1, 2]
              mixed: [1, a]
              in_side: {deep_er: x}
            """,
            bundle("acme.scan", "1.0.0", Map.of()));
    assertThat(settings.warnings()).isEmpty();
    assertThat(settings.byPid().get("acme.scan"))
        .containsEntry("on", false)
        .containsEntry("text", "off")
        .containsEntry("whole", 7L)
        .containsEntry("decimal", 0.5)
        .containsEntry("time", "5:30")
        .containsEntry("in.side.deep.er", "x")
        .containsEntry("some", new Long[] {1L, 2L})
        .containsEntry("mixed", new String[] {"1", "a"})
        .doesNotContainKey("none");
  }

  @Test
  void aTextStaysTheTextThatWasWritten() throws Exception {
    for (String text : List.of("on", "no", "0123", "1e3", "2026-01-01", "5:30", "true")) {
      Settings settings =
          read(
              "toy: {label: " + text + "}",
              bundle("toy", "1.0.0", Map.of("kds.toy", List.of(LABEL))));
      assertThat(settings.byPid().get("kds.toy")).containsEntry("label", text);
    }
  }

  @Test
  void theNewestOfSeveralGenerationsSpeaks() throws Exception {
    BundleFacts old = bundle("toy", "1.0.0", Map.of("kds.toy", List.of(LABEL)));
    BundleFacts recent = bundle("toy", "1.1.0", Map.of("kds.toy", List.of(COUNT)));
    assertThat(read("toy: {count: 1}", old, recent).byPid().get("kds.toy"))
        .containsEntry("count", 1);
    assertThatThrownBy(() -> read("toy: {label: x}", old, recent))
        .isInstanceOf(BadConfigException.class);
  }

  @Test
  void differentBundlesMayShareAPid() throws Exception {
    BundleFacts one = bundle("one", "1.0.0", Map.of("kds.toy", List.of(LABEL, COUNT)));
    BundleFacts two = bundle("two", "1.0.0", Map.of("kds.toy", List.of(COUNT.between("1", "3"))));
    assertThat(read("toy: {label: x, count: 3}", one, two).byPid().get("kds.toy"))
        .containsEntry("label", "x")
        .containsEntry("count", 3);
    assertThatThrownBy(() -> read("toy: {count: 4}", one, two)).hasMessageContaining("from 1 to 3");
  }

  @Test
  void theDoorMayNarrowADocumentedKey() {
    BundleFacts door =
        bundle(
            "kds.http",
            "1.0.0",
            Map.of(
                "kds.http",
                List.of(
                    Attribute.of("port", AttributeDefinition.INTEGER).between("1024", "65535"))));
    assertThatThrownBy(() -> read("port: 80", door)).hasMessageContaining("from 1024");
  }

  @Test
  void findsWhatWasMeant() {
    Set<String> names = Set.of("multi_user", "user_sso", "port", "api_port", "ssl");
    assertThat(Nearest.to("mutli_user", names)).isEqualTo(Optional.of("multi_user"));
    assertThat(Nearest.to("prot", names)).isEqualTo(Optional.of("port"));
    assertThat(Nearest.to("multiuser", names)).isEqualTo(Optional.of("multi_user"));
    assertThat(Nearest.to("token", names)).isEmpty();
    assertThat(Nearest.to("tls", names)).isEmpty();
  }

  private static Settings read(String text, BundleFacts... bundles) throws BadConfigException {
    return Reading.of(Document.of(text), new Schemas(List.of(bundles)));
  }

  private static BundleFacts bundle(
      String name, String version, Map<String, List<Attribute>> attributes) {
    return new BundleFacts(name, Version.valueOf(version), 1, attributes, Set.of());
  }
}
