package kds.scripts;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What a file of the store tells of a run in a line of JSON.
 *
 * @param run without its output
 * @param life of the service that ran it
 * @param bundle that ran it
 * @param headLength how many of the bytes that are kept are the first of its output
 * @param leftOut how many bytes are missing between them and the last
 */
record RunFile(ScriptRun run, String life, long bundle, int headLength, long leftOut) {
  private static final JsonFactory JSON = new JsonFactory();

  /** The line, with its end. */
  byte[] line() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("id", run.id());
      json.writeStringProperty("script", run.script());
      text(json, "kasm_id", run.kasmId());
      text(json, "user", run.user());
      json.writeStringProperty("began", run.began().toString());
      text(json, "took", run.took());
      text(json, "exit_code", run.exitCode());
      json.writeStringProperty("outcome", run.outcome().name());
      json.writeStringProperty("message", run.message());
      json.writeStringProperty("bytes", Long.toString(run.outputBytes()));
      json.writeStringProperty("life", life);
      json.writeStringProperty("bundle", Long.toString(bundle));
      json.writeStringProperty("head", Integer.toString(headLength));
      json.writeStringProperty("left_out", Long.toString(leftOut));
      json.writeEndObject();
    }
    bytes.write('\n');
    return bytes.toByteArray();
  }

  private static void text(JsonGenerator json, String name, @Nullable Object value) {
    if (value != null) {
      json.writeStringProperty(name, value.toString());
    }
  }

  /**
   * Reads it.
   *
   * @throws IOException when it does not tell of a run
   */
  static RunFile of(byte[] line) throws IOException {
    Map<String, String> all = new HashMap<>();
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), line)) {
      String name = "";
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.PROPERTY_NAME) {
          name = json.currentName();
        } else if (token == JsonToken.VALUE_STRING) {
          all.put(name, json.getString());
        }
      }
      return of(all);
    } catch (JacksonException | IllegalArgumentException | DateTimeException e) {
      throw new IOException("This does not tell of a run", e);
    }
  }

  private static RunFile of(Map<String, String> all) {
    String took = all.get("took");
    String code = all.get("exit_code");
    return new RunFile(
        new ScriptRun(
            must(all, "id"),
            must(all, "script"),
            all.get("kasm_id"),
            all.get("user"),
            Instant.parse(must(all, "began")),
            took == null ? null : Duration.parse(took),
            code == null ? null : Integer.valueOf(code),
            Outcome.valueOf(must(all, "outcome")),
            must(all, "message"),
            Long.parseLong(must(all, "bytes")),
            "",
            ""),
        must(all, "life"),
        Long.parseLong(must(all, "bundle")),
        Integer.parseInt(must(all, "head")),
        Long.parseLong(must(all, "left_out")));
  }

  private static String must(Map<String, String> all, String name) {
    String value = all.get(name);
    if (value == null) {
      throw new IllegalArgumentException("'" + name + "' is missing");
    }
    return value;
  }
}
