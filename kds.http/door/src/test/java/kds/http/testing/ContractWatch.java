package kds.http.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Holds every answer that a test sees against the served contract: the status must be documented
 * for the call, and JSON must have the documented shape and no field beyond it.
 */
public final class ContractWatch {
  private static final JsonMapper JSON = new JsonMapper();
  private static final ObjectNode DOCUMENT = document();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  /** What was seen: method, path and status. */
  private static final Set<String> SEEN = new TreeSet<>();

  private ContractWatch() {}

  private static ObjectNode document() {
    try (InputStream in = ContractWatch.class.getResourceAsStream("/openapi.yaml")) {
      LoaderOptions options = new LoaderOptions();
      options.setMaxAliasesForCollections(500);
      Object yaml = new Yaml(new SafeConstructor(options)).load(in);
      return (ObjectNode) JSON.valueToTree(yaml);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The document. */
  public static JsonNode contract() {
    return DOCUMENT;
  }

  /** Method and path of every call in the document. */
  public static Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : DOCUMENT.get("paths").properties()) {
      for (String member : path.getValue().propertyNames()) {
        if (Set.of("get", "put", "post", "delete", "head", "patch", "options").contains(member)) {
          operations.add(member.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
        }
      }
    }
    return operations;
  }

  /** Checks an answer. */
  public static Raw.Answer check(String method, String target, Raw.Answer answer) {
    String path = target.replaceFirst("\\?.*", "");
    String template = path;
    if (path.startsWith("/Downloads/")) {
      boolean folder = path.endsWith("/") && Set.of("GET", "HEAD").contains(method);
      template = folder ? "/Downloads/{path}/" : "/Downloads/{path}";
    } else if (path.matches("/files/.+")) {
      template = "/files/{path}";
    } else if (path.matches("/uploads/.+")) {
      template = "/uploads/{path}";
    }
    template = template.replaceFirst("^/sessions/[^/]+", "/sessions/{kasm_id}");
    template = template.replaceFirst("^/scripts/runs/[^/]+", "/scripts/runs/{id}");
    JsonNode operation =
        DOCUMENT.get("paths").path(template).path(method.toLowerCase(java.util.Locale.ROOT));
    if (operation.isMissingNode() || answer.status() == 405 || answer.status() == 0) {
      return answer;
    }
    String what = method + ' ' + template + " -> " + answer.status();
    SEEN.add(what);
    JsonNode response = resolved(operation.path("responses").path("" + answer.status()));
    assertThat(response.isMissingNode()).as("undocumented: %s %s", what, answer.text()).isFalse();
    String type = answer.headers().getOrDefault("content-type", "").replaceFirst(";.*", "");
    if (answer.body().length > 0) {
      JsonNode content = response.path("content").path(type);
      assertThat(content.isMissingNode()).as("%s as undocumented '%s'", what, type).isFalse();
      if (content.has("schema")) {
        validate(content.get("schema"), answer.text(), what);
      }
    }
    return answer;
  }

  private static JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? DOCUMENT.at(node.get("$ref").asString().substring(1)) : node;
  }

  private static void validate(JsonNode schema, String json, String what) {
    ObjectNode whole = JSON.createObjectNode();
    whole.set("$ref", schema.get("$ref"));
    JsonNode components = DOCUMENT.get("components").deepCopy();
    components.get("schemas").forEach(ContractWatch::close);
    whole.set("components", components);
    List<Error> errors = SCHEMAS.getSchema(whole).validate(JSON.readTree(json));
    assertThat(errors).as("%s: %s", what, json).isEmpty();
  }

  /** Makes a schema allow nothing beyond what it names. */
  private static void close(JsonNode schema) {
    if (schema instanceof ObjectNode object && object.has("properties")) {
      object.put("additionalProperties", false);
    }
    schema.forEach(ContractWatch::close);
  }

  /** What was seen of a call so far. */
  public static Set<String> seen() {
    return SEEN.stream().collect(Collectors.toCollection(TreeSet::new));
  }
}
