package kds.http.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kds.api.transfer.Receipt;
import kds.http.problem.Problem;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * What became of the files of a form. A file that was published stays, whatever happens to those
 * after it, so the answer names each one.
 */
final class Outcomes {
  private final List<Outcome> files = new ArrayList<>();
  private int published;
  private @Nullable Problem first;

  /** What became of one: there are thousands, so no more is kept than is needed. */
  private sealed interface Outcome {
    Map<String, Object> json();
  }

  private record Received(String name, Receipt receipt) implements Outcome {
    @Override
    public Map<String, Object> json() {
      return entry(name, receipt.replaced() ? 200 : 201, "receipt", Places.json(receipt));
    }
  }

  private record Refused(String name, Problem problem) implements Outcome {
    @Override
    public Map<String, Object> json() {
      return entry(name, problem.status(), "problem", Outcomes.json(problem));
    }
  }

  /** A file was received. */
  void received(String name, Receipt receipt) {
    files.add(new Received(name, receipt));
    published++;
  }

  /** A file was refused. */
  void refused(String name, Problem problem) {
    files.add(new Refused(name, problem));
    first = first == null ? problem : first;
  }

  /** The form itself could not be read on. */
  void broke(Problem problem) {
    refused("", problem);
  }

  /** How many were refused. */
  int refusals() {
    return files.size() - published;
  }

  private static Map<String, Object> entry(
      String name, int status, String kind, Map<String, Object> what) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("filename", name);
    entry.put("status", status);
    entry.put(kind, what);
    return entry;
  }

  private static Map<String, Object> json(Problem problem) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("type", Problem.TYPE_PREFIX + problem.word());
    json.put("title", HttpStatus.getMessage(problem.status()));
    json.put("status", problem.status());
    json.put("detail", problem.detail());
    return json;
  }

  /**
   * Answers: 201 when all were received, 207 when some were, and the first problem when none was.
   */
  void answer(Exchange exchange) throws IOException, Refusal {
    Problem problem = first;
    if (problem == null && published == 0) {
      throw Refusal.of(
          400,
          "no-file",
          "The form has no file. Send each as a part named 'file' that has a filename.");
    }
    if (problem != null && published == 0) {
      throw new Refusal(
          files.size() == 1
              ? problem
              : problem.member("files", files.stream().map(Outcome::json).toList()));
    }
    JsonAnswer.send(exchange, problem == null ? 201 : 207, this::write);
  }

  private void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeArrayPropertyStart("files");
    files.forEach(file -> json.writePOJO(file.json()));
    json.writeEndArray();
    json.writeEndObject();
  }
}
