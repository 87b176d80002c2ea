package kds.http.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import kds.http.route.Exchange;
import org.eclipse.jetty.http.HttpHeader;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.databind.json.JsonMapper;

/** Answers with JSON of any length, made while it is sent: only what it is made of is held. */
final class JsonAnswer {
  private static final JsonMapper JSON = new JsonMapper();

  private JsonAnswer() {}

  static void send(Exchange exchange, int status, Consumer<JsonGenerator> content)
      throws IOException {
    exchange
        .status(status)
        .set(HttpHeader.CONTENT_TYPE, "application/json")
        .set(HttpHeader.CACHE_CONTROL, "no-store");
    if (exchange.head()) {
      // Begun before it is ended: else it would announce a length of 0.
      exchange.write(false, ByteBuffer.allocate(0));
      exchange.empty();
      return;
    }
    try (Buffers.Loan loan = Buffers.lend()) {
      Outlet outlet = new Outlet(exchange, loan);
      try (JsonGenerator json = JSON.createGenerator(outlet)) {
        content.accept(json);
      }
      outlet.end();
    } catch (JacksonIOException e) {
      throw e.getCause(); // The client has left.
    }
  }
}
