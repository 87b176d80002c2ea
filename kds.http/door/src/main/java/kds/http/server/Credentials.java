package kds.http.server;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import kds.http.problem.Problem;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;

/**
 * The tokens of a request, and the request without them.
 *
 * @param request what everybody else sees
 * @param tokens every token it brought
 */
record Credentials(Request request, List<String> tokens) {
  private static final String SCHEME = "Bearer";

  private static final Set<HttpHeader> SECRET_HEADERS =
      EnumSet.of(
          HttpHeader.AUTHORIZATION,
          HttpHeader.PROXY_AUTHORIZATION,
          HttpHeader.COOKIE,
          HttpHeader.REFERER);

  /** Takes the tokens out of a request. */
  static Credentials of(Request request) {
    TokenInUri inUri = TokenInUri.of(request.getHttpURI());
    List<String> tokens = new ArrayList<>(inUri.tokens());
    boolean inHeader = false;
    for (HttpField field : request.getHeaders()) {
      if (field.getHeader() == HttpHeader.AUTHORIZATION && bearer(field.getValue()).isPresent()) {
        tokens.add(bearer(field.getValue()).get());
        inHeader = true;
      }
    }
    if (tokens.isEmpty()) {
      return new Credentials(request, tokens);
    }
    HttpFields headers =
        inHeader
            ? HttpFields.build(request.getHeaders()).remove(HttpHeader.AUTHORIZATION).asImmutable()
            : request.getHeaders();
    return new Credentials(new Without(request, inUri.uri(), headers), tokens);
  }

  /**
   * A request as a log may see it: without tokens, and without the headers in which secrets travel,
   * whatever kind of secret it may be.
   */
  static Request forLog(Request request) {
    HttpFields.Mutable headers = HttpFields.build(request.getHeaders());
    SECRET_HEADERS.forEach(headers::remove);
    HttpURI uri = UploadKey.forLog(TokenInUri.of(request.getHttpURI()).uri());
    return new Without(request, uri, headers.asImmutable());
  }

  /** RFC 6750, section 2: a client must not send its token in more than one way. */
  Optional<Problem> ambiguity() {
    return tokens.size() < 2
        ? Optional.empty()
        : Optional.of(
            Problem.of(
                    400,
                    "token-ambiguous",
                    "The request carries more than one token. Send one, in the Authorization"
                        + " header or as the parameter 'token', not both.")
                .header("WWW-Authenticate", "Bearer error=\"invalid_request\""));
  }

  private static Optional<String> bearer(String value) {
    int space = value.indexOf(' ');
    String scheme = space < 0 ? value : value.substring(0, space);
    return SCHEME.equalsIgnoreCase(scheme)
        ? Optional.of(space < 0 ? "" : value.substring(space + 1))
        : Optional.empty();
  }

  private static final class Without extends Request.Wrapper {
    private final HttpURI uri;
    private final HttpFields headers;

    Without(Request request, HttpURI uri, HttpFields headers) {
      super(request);
      this.uri = uri;
      this.headers = headers;
    }

    @Override
    public HttpURI getHttpURI() {
      return uri;
    }

    @Override
    public HttpFields getHeaders() {
      return headers;
    }
  }
}
