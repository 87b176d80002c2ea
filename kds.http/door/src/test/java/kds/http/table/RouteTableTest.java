package kds.http.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import kds.api.capability.Capabilities;
import kds.http.testing.ContractWatch;
import kds.http.testing.House;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import kds.http.testing.Roads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RouteTableTest {
  private static final Capabilities NONE =
      new Capabilities() {
        @Override
        public java.util.List<kds.api.capability.Capability> list() {
          return java.util.List.of();
        }

        @Override
        public void turn(String name, boolean on, kds.api.security.Caller by) {}
      };

  @Test
  void hasExactlyTheCallsOfTheContract() {
    TreeSet<String> routes =
        RouteTable.routes(NONE, new Roads(), () -> null, () -> null).stream()
            .map(route -> route.method() + " " + route.path())
            .collect(Collectors.toCollection(TreeSet::new));
    routes.add("HEAD /Downloads/{path}");
    routes.add("HEAD /Downloads/{path}/");
    assertThat(ContractWatch.operations()).isEqualTo(routes);
  }

  @Test
  void isDescribedWithTheScopesItAsksFor() {
    for (var route : RouteTable.routes(NONE, new Roads(), () -> null, () -> null)) {
      String description =
          ContractWatch.contract()
              .at("/paths/" + route.path().replace("/", "~1"))
              .get(route.method().toLowerCase(java.util.Locale.ROOT))
              .path("description")
              .asString("");
      String scope = route.requirement().scope();
      assertThat(description.contains("Needs the scope"))
          .as("%s %s", route.method(), route.path())
          .isEqualTo(scope != null);
      assertThat(description).contains(scope == null ? "" : "Needs the scope `" + scope + "`");
    }
  }

  @Test
  void refersOnlyToWhatTheContractHolds() {
    assertThat(dangling(ContractWatch.contract())).isEmpty();
  }

  private static java.util.List<String> dangling(JsonNode node) {
    java.util.List<String> missing = new java.util.ArrayList<>();
    if (node.has("$ref")) {
      String ref = node.get("$ref").asString();
      if (ContractWatch.contract().at(ref.substring(1)).isMissingNode()) {
        missing.add(ref);
      }
    }
    node.forEach(child -> missing.addAll(dangling(child)));
    return missing;
  }

  @Test
  void servesTheContractInBothNotations(@TempDir Path folder) throws Exception {
    try (House house = new House(folder)) {
      Answer json = house.client.call("GET", "/openapi.json");
      JsonNode served = new JsonMapper().readTree(json.text());
      assertThat(served.get("openapi").asString()).isEqualTo("3.1.0");
      assertThat(served).isEqualTo(new JsonMapper().readTree(ContractWatch.contract().toString()));
      Answer yaml = house.client.call("GET", "/openapi.yaml");
      assertThat(yaml.headers()).containsEntry("Content-Type", "application/yaml");
      assertThat(yaml.text()).startsWith("openapi: 3.1.0");
    }
  }

  @Test
  void wouldNoticeAnAnswerThatTheContractDoesNotKnow() {
    byte[] extra = "{\"ok\":true,\"more\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Map<String, String> json = Map.of("content-type", "application/json");
    assertThatThrownBy(() -> watch(new Raw.Answer(200, json, extra)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("more");
    byte[] wrong = "{\"ok\":false}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThatThrownBy(() -> watch(new Raw.Answer(200, json, wrong)))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> watch(new Raw.Answer(418, Map.of(), new byte[0])))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("undocumented");
    assertThatThrownBy(() -> watch(new Raw.Answer(200, Map.of("content-type", "a/b"), wrong)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a/b");
  }

  private static void watch(Raw.Answer answer) {
    ContractWatch.check("GET", "/api/__healthcheck", answer);
  }
}
