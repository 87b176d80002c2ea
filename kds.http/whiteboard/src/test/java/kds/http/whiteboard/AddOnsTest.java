package kds.http.whiteboard;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Hashtable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import kds.api.security.Caller;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.util.component.LifeCycle;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.servlet.whiteboard.HttpWhiteboardConstants;

class AddOnsTest extends AddOnsFixture {
  /** An add-on's servlet: says who asks for what. */
  private static final class Scan extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      Caller caller = (Caller) request.getAttribute("kds.api.security.Caller");
      response.setContentType("text/plain;charset=UTF-8");
      response
          .getWriter()
          .print(caller.subject() + " " + caller.may("acme:scan") + " " + request.getPathInfo());
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.setStatus(202);
      request.getInputStream().transferTo(response.getOutputStream());
    }

    @Override
    protected void doPut(HttpServletRequest request, HttpServletResponse response)
        throws ServletException {
      throw new ServletException("a secret of the inside");
    }

    @Override
    protected void doDelete(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.sendError(409, "<script>");
    }
  }

  @Test
  void servesTheServletsOfAddOnsWithTheirCaller() throws Exception {
    AddOns component = activated();
    ServiceRegistration<Servlet> scan =
        add(
            Servlet.class,
            new Scan(),
            HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_PATTERN,
            "/acme/*");
    HttpResponse<String> answer = get("/acme/scan/a%20%C3%BC;x=1%25");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).startsWith("ann true /scan/a ü");
    HttpResponse<String> echo =
        send(HttpRequest.newBuilder(uri("/acme/x")).POST(BodyPublishers.ofString("body")));
    assertThat(echo.statusCode()).isEqualTo(202);
    assertThat(echo.body()).isEqualTo("body");
    scan.unregister();
    assertThat(get("/acme/scan").statusCode()).isEqualTo(404);
    component.stop();
  }

  @Test
  void saysErrorsAsProblemsAndTellsNothingOfTheInside() throws Exception {
    AddOns component = activated();
    add(
        Servlet.class,
        new Scan(),
        HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_PATTERN,
        "/acme/*");
    HttpResponse<String> unknown = get("/nothing/here");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(unknown.body()).contains("urn:kds:problem:not-found");
    HttpResponse<String> failed =
        send(HttpRequest.newBuilder(uri("/acme/x")).PUT(BodyPublishers.noBody()));
    assertThat(failed.statusCode()).isEqualTo(500);
    assertThat(failed.body()).contains("urn:kds:problem:failed").doesNotContain("secret");
    HttpResponse<String> refused = send(HttpRequest.newBuilder(uri("/acme/x")).DELETE());
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body()).contains("urn:kds:problem:refused").doesNotContain("script");
    component.stop();
  }

  @Test
  void runsTheFiltersOfAddOns() throws Exception {
    AddOns component = activated();
    add(
        Servlet.class,
        new Scan(),
        HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_PATTERN,
        "/acme/*");
    Filter filter =
        new Filter() {
          @Override
          public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
              throws IOException, ServletException {
            ((HttpServletResponse) response).setHeader("X-Filtered", "yes");
            chain.doFilter(request, response);
          }
        };
    add(Filter.class, filter, HttpWhiteboardConstants.HTTP_WHITEBOARD_FILTER_PATTERN, "/acme/*");
    assertThat(get("/acme/scan").headers().firstValue("X-Filtered")).contains("yes");
    component.stop();
  }

  /** Takes as long as it is told to. */
  private static final class Slow extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient CountDownLatch entered = new CountDownLatch(1);
    private final transient CountDownLatch left = new CountDownLatch(1);

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException {
      entered.countDown();
      try {
        left.await();
      } catch (InterruptedException e) {
        throw new ServletException(e);
      }
      response.getWriter().print("done");
    }
  }

  @Test
  void countsARequestAsACallOfTheBundleThatServesIt() throws Exception {
    AddOns component = activated();
    Bundle addOn = context.installBundle("add-on", emptyBundle());
    addOn.start();
    Slow slow = new Slow();
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_PATTERN, "/acme/*");
    addOn.getBundleContext().registerService(Servlet.class, slow, properties);
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(
            HttpRequest.newBuilder(uri("/acme/slow")).timeout(Duration.ofSeconds(20)).build(),
            BodyHandlers.ofString());
    slow.entered.await();
    assertThat(underWay).hasValue(1);
    slow.left.countDown();
    assertThat(answer.get().body()).isEqualTo("done");
    for (long until = System.nanoTime() + 20_000_000_000L;
        underWay.get() > 0 && System.nanoTime() < until; ) {
      Thread.onSpinWait(); // The client has its answer a moment before the request is over.
    }
    assertThat(underWay).hasValue(0);

    taken = false;
    HttpResponse<String> refused = get("/acme/slow");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("Retry-After")).contains("1");
    assertThat(refused.body()).contains("urn:kds:problem:absent");
    component.stop();
  }

  private static InputStream emptyBundle() throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
    manifest.getMainAttributes().putValue("Bundle-SymbolicName", "acme");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new JarOutputStream(bytes, manifest).close();
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  @Test
  void letsARequestEndThatIsUnderWayWhenItLeaves() throws Exception {
    AddOns component = activated();
    Slow slow = new Slow();
    add(Servlet.class, slow, HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_PATTERN, "/acme/*");
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(
            HttpRequest.newBuilder(uri("/acme/slow")).timeout(Duration.ofSeconds(20)).build(),
            BodyHandlers.ofString());
    slow.entered.await();
    Handler handler = addOns.getAndSet(null);
    component.stop();
    assertThat(handler.isRunning()).isTrue();
    slow.left.countDown();
    assertThat(answer.get().body()).isEqualTo("done");
    assertThat(get("/acme/slow").statusCode()).isEqualTo(404);
    stopped(handler);
  }

  private static void stopped(Handler handler) throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    handler.addEventListener(
        new LifeCycle.Listener() {
          @Override
          public void lifeCycleStopped(LifeCycle event) {
            stopped.countDown();
          }
        });
    assertThat(handler.isStopped() || stopped.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void comesAndGoesWhileTheServerRuns() throws Exception {
    add(
        Servlet.class,
        new Scan(),
        HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_PATTERN,
        "/acme/*");
    for (int round = 0; round < 50; round++) {
      assertThat(get("/acme/scan").statusCode()).isEqualTo(404);
      AddOns component = activated();
      assertThat(get("/acme/scan").statusCode()).isEqualTo(200);
      addOns.set(null);
      component.stop();
      ServiceReference<?>[] left = context.getServiceReferences(Handler.class.getName(), null);
      assertThat(left).isNull();
    }
  }
}
