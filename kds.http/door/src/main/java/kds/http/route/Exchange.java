package kds.http.route;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import kds.api.security.Caller;
import kds.http.problem.Problem;
import kds.http.server.Endless;
import kds.http.server.Inner;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** One call: what was asked, and the means to answer it. One thread at a time; it may wait. */
public final class Exchange {
  /** What a problem keeps of the headers that were set before it. */
  private static final List<String> OUR_HEADERS = List.of("kds-", "tus-", "upload-");

  private static final JsonMapper JSON = new JsonMapper();
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Request request;
  private final Response response;
  private final @Nullable Caller caller;
  private final @Nullable String rest;
  private final Query query;
  private final Body body;

  Exchange(Request request, Response response, @Nullable Caller caller, @Nullable String rest)
      throws Refusal {
    this(request, response, caller, rest, Query.of(request.getHttpURI().getQuery()));
  }

  /** One that can only be refused. */
  Exchange(Request request, Response response) {
    this(request, response, null, null, Query.NONE);
  }

  private Exchange(
      Request request,
      Response response,
      @Nullable Caller caller,
      @Nullable String rest,
      Query query) {
    this.request = request;
    this.response = response;
    this.caller = caller;
    this.rest = rest;
    this.query = query;
    this.body = new Body(request);
  }

  /** Who asks. */
  public Caller caller() {
    return Objects.requireNonNull(caller);
  }

  /** Who looks after the key of a call that needs no token. */
  public Inner.KeyGuard keyGuard() {
    return (Inner.KeyGuard) Objects.requireNonNull(request.getAttribute(Inner.KEY_GUARD));
  }

  /** Tells the logs who asks, once that is known from a key. */
  public void known(Caller owner) {
    request.setAttribute(Inner.CALLER, owner);
  }

  /**
   * What stands in the URL for the route's {@code {path}}: a safe relative path, empty for the
   * topmost folder alone; or for the one part that it leaves open.
   */
  public String path() {
    return Objects.requireNonNull(rest);
  }

  /** The URL's parameters. */
  public Query query() {
    return query;
  }

  /** The request's body. */
  public Body body() {
    return body;
  }

  /** The request's headers. */
  public HttpFields headers() {
    return request.getHeaders();
  }

  /** A request header's value, null when it is absent; several lines are joined by commas. */
  public @Nullable String header(HttpHeader name) {
    return header(name.asString());
  }

  /** A request header's value, null when it is absent; several lines are joined by commas. */
  public @Nullable String header(String name) {
    if (!request.getHeaders().contains(name)) {
      return null;
    }
    return String.join(", ", request.getHeaders().getValuesList(name));
  }

  /** The request's method. */
  public String method() {
    return request.getMethod();
  }

  /** Whether a body comes, of a length that was announced or not. */
  public boolean hasBody() {
    return announced() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
  }

  /** The length of the body that was announced, -1 when none was. */
  public long announced() {
    return request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
  }

  /**
   * Says that the answer may take longer than a connection may be idle: it is not closed for that.
   */
  public void takesLong() {
    request.addIdleTimeoutListener(timeout -> false);
  }

  /**
   * Has something done when the door closes while this call runs: an answer that has no end of its
   * own must end then. Any thread may do it.
   */
  public void whenClosing(Runnable action) {
    if (request.getConnectionMetaData().getConnector() instanceof Endless listener) {
      listener.whenClosing(action);
      Request.addCompletionListener(request, ignored -> listener.forget(action));
    }
  }

  /** Whether only the headers of the answer are wanted. */
  public boolean head() {
    return "HEAD".equals(request.getMethod());
  }

  /** Sets a header of the answer. */
  public Exchange set(HttpHeader name, String value) {
    response.getHeaders().put(name, value);
    return this;
  }

  /** Sets a header of the answer. */
  public Exchange set(String name, String value) {
    response.getHeaders().put(name, value);
    return this;
  }

  /** Sets the status of the answer. */
  public Exchange status(int status) {
    response.setStatus(status);
    return this;
  }

  /** Answers with a JSON object. */
  public void json(int status, Object object) throws ClientGoneException {
    set(HttpHeader.CACHE_CONTROL, "no-store");
    whole(status, "application/json", JSON.writeValueAsBytes(object));
  }

  /** Answers with a body that is at hand. */
  public void whole(int status, String type, byte[] content) throws ClientGoneException {
    status(status).set(HttpHeader.CONTENT_TYPE, type);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, content.length);
    write(true, head() ? NOTHING : ByteBuffer.wrap(content));
  }

  /** Answers with headers alone. */
  public void empty() throws ClientGoneException {
    write(true, NOTHING);
  }

  /**
   * Begins an answer of server-sent events (HTML, "server-sent").
   *
   * @return false when only its headers are wanted, and then it is complete
   */
  public boolean events() throws ClientGoneException {
    status(200)
        .set(HttpHeader.CONTENT_TYPE, "text/event-stream")
        .set(HttpHeader.CACHE_CONTROL, "no-store")
        .set("X-Accel-Buffering", "no"); // nginx would gather them
    if (head()) {
      empty();
      return false;
    }
    return true;
  }

  /** Sends events, or a comment, of an answer begun with {@link #events}. */
  public void send(String events) throws ClientGoneException {
    write(false, ByteBuffer.wrap(events.getBytes(StandardCharsets.UTF_8)));
  }

  /** How long an answer of events may go on without asking {@link #lost}. */
  public Duration pulse() {
    return standing().pulse();
  }

  /**
   * Looks at the caller's token again: it may have expired or been taken back since the call began.
   * Ask before each piece of an answer of events.
   *
   * @return why he may be served no longer, to be told by {@link #end}
   */
  public Optional<Problem> lost() {
    return standing().lost();
  }

  private Inner.Standing standing() {
    return (Inner.Standing) Objects.requireNonNull(request.getAttribute(Inner.STANDING));
  }

  /**
   * Ends an answer of events.
   *
   * @param lost why the caller may be served no longer, told as the last event, {@code refused};
   *     empty when it ends for another reason
   */
  public void end(Optional<Problem> lost) throws ClientGoneException {
    if (lost.isPresent()) {
      send("event: refused\ndata: " + JSON.writeValueAsString(lost.get().json()) + "\n\n");
    }
    empty();
  }

  /** Sends a piece of the answer and waits until the buffer can be used again. */
  public void write(boolean last, ByteBuffer content) throws ClientGoneException {
    try {
      Content.Sink.write(response, last, content);
    } catch (IOException e) {
      throw new ClientGoneException("The answer could not be sent.", e);
    }
  }

  boolean answered() {
    return response.isCommitted();
  }

  /** Answers with a problem; headers that tell of the call stay. */
  void refuse(Problem problem) throws ClientGoneException {
    Problem whole = problem;
    for (HttpField field : response.getHeaders()) {
      if (OUR_HEADERS.stream().anyMatch(field.getLowerCaseName()::startsWith)) {
        whole = whole.header(field.getName(), field.getValue());
      }
    }
    try (var waiting = Blocker.callback()) {
      whole.send(request, response, waiting);
      waiting.block();
    } catch (IOException e) {
      throw new ClientGoneException("The answer could not be sent.", e);
    }
  }
}
