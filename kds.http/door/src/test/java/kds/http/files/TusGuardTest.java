package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.security.Caller;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.ResumableUploads;
import kds.api.transfer.TransferException;
import kds.http.log.AccessLog;
import kds.http.problem.Problem;
import kds.http.route.Router;
import kds.http.server.Inner;
import kds.http.testing.OneGate;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import kds.http.testing.TestDoor;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

/** Who is asked before an upload's key opens anything. */
class TusGuardTest {
  private static final Caller OWNER =
      new Caller("owner", Set.of(), Set.of(), "jti", "127.0.0.1", null);
  private static final String KNOWN = "k".repeat(43);

  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private Optional<String> veto = Optional.empty();
  private Optional<Problem> ban = Optional.empty();
  private boolean guarded = true;

  private final Inner.KeyGuard guard =
      new Inner.KeyGuard() {
        @Override
        public Optional<Problem> unknown() {
          return ban;
        }

        @Override
        public Optional<String> refuses(Caller caller) {
          assertThat(caller).isEqualTo(OWNER);
          return veto;
        }
      };

  /** An upload that can only be ended. */
  private ResumableUpload upload() {
    open.incrementAndGet();
    return proxy(
        ResumableUpload.class,
        (method, argument) ->
            switch (method) {
              case "caller" -> OWNER;
              case "terminate" -> ended.incrementAndGet();
              case "close" -> open.decrementAndGet();
              default -> throw new UnsupportedOperationException(method);
            });
  }

  private final ResumableUploads uploads =
      proxy(
          ResumableUploads.class,
          (method, key) -> {
            if (KNOWN.equals(key)) {
              return upload();
            }
            throw new TransferException(TransferException.Reason.NOT_FOUND, "No such upload.");
          });

  private interface Answers {
    Object to(String method, Object argument) throws Exception;
  }

  private static <T> T proxy(Class<T> type, Answers answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Object answer = answers.to(method.getName(), arguments == null ? null : arguments[0]);
              return method.getReturnType() == void.class ? null : answer;
            }));
  }

  private Answer delete(String path) throws Exception {
    Router router = new Router(List.copyOf(TusRoutes.all()), new OneGate(uploads));
    Handler handler =
        new Handler.Wrapper(router) {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            if (guarded) {
              request.setAttribute(Inner.KEY_GUARD, guard);
            }
            return super.handle(request, response, callback);
          }
        };
    try (TestDoor door = new TestDoor(handler, new AccessLog(), true)) {
      return Raw.get(
          door.port(), "DELETE", path, "Authorization: " + TestDoor.FILES, "Tus-Resumable: 1.0.0");
    }
  }

  @Test
  void opensWithARightKey() throws Exception {
    assertThat(delete("/files/" + KNOWN).status()).isEqualTo(204);
    assertThat(ended).hasValue(1);
    assertThat(open).hasValue(0);
  }

  @Test
  void staysShutWhenItsSessionHasEnded() throws Exception {
    veto = Optional.of("The session has ended.");
    Answer answer = delete("/files/" + KNOWN);
    assertThat(answer.status()).isEqualTo(410);
    assertThat(answer.text()).contains("upload-gone", "The session has ended.");
    assertThat(ended).hasValue(0);
    assertThat(open).hasValue(0);
  }

  @Test
  void tellsWrongKeysNothingAndGuessersToStop() throws Exception {
    assertThat(delete("/files/" + "w".repeat(43)).status()).isEqualTo(404);
    ban = Optional.of(Problem.of(429, "too-many-bad-tokens", "Stop."));
    assertThat(delete("/files/" + "w".repeat(43)).status()).isEqualTo(429);
    assertThat(delete("/files/" + KNOWN).status()).isEqualTo(204);
  }

  @Test
  void letsNoKeyOpenAnythingElse() throws Exception {
    assertThat(delete("/nowhere/" + KNOWN).status()).isEqualTo(401);
    guarded = false;
    assertThat(delete("/files/" + KNOWN).status()).isEqualTo(404);
    assertThat(ended).hasValue(0);
  }
}
