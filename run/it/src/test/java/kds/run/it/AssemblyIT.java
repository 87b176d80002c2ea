package kds.run.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import javax.inject.Inject;
import kds.api.security.Caller;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.condition.Condition;
import org.osgi.util.tracker.ServiceTracker;

/** The resolved set, started as the launcher starts it. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class AssemblyIT {
  @Inject private BundleContext context;
  @Inject private ServiceComponentRuntime components;

  private HomeClient client;

  @Configuration
  public Option[] configuration() throws Exception {
    return new Assembly(TrialHome.create()).options();
  }

  @Before
  public void awaitAllBundlesAndTheDoor() throws Exception {
    met("kds.deployed");
    int port = (Integer) met("kds.listening").getProperty("kds.port");
    client = new HomeClient(Path.of(context.getProperty("kds.home")), port);
  }

  private ServiceReference<Condition> met(String condition) throws Exception {
    ServiceTracker<Condition, Condition> tracker =
        new ServiceTracker<>(
            context, context.createFilter("(osgi.condition.id=" + condition + ")"), null);
    tracker.open();
    try {
      assertNotNull(condition + " within 30 s", tracker.waitForService(30_000));
      return tracker.getServiceReference();
    } finally {
      tracker.close();
    }
  }

  @Test
  public void startsEveryBundle() {
    List<String> idle = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      boolean fragment = bundle.getHeaders().get("Fragment-Host") != null;
      if (bundle.getState() != Bundle.ACTIVE && !fragment) {
        idle.add(bundle.toString());
      }
    }
    assertEquals(List.of(), idle);
  }

  /** Whether the launcher or the deployer has to do it. */
  @Test
  public void leavesNoneOfTheShippedOnesOut() throws Exception {
    Set<String> installed = new TreeSet<>();
    for (Bundle bundle : context.getBundles()) {
      installed.add(bundle.getSymbolicName());
    }
    List<String> leftOut = new ArrayList<>();
    Path shipped = Path.of(context.getProperty("kds.bundle"));
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(shipped, "*.jar")) {
      for (Path jar : jars) {
        if (!installed.contains(symbolicName(jar))) {
          leftOut.add(jar.getFileName().toString());
        }
      }
    }
    assertEquals(List.of(), leftOut);
  }

  private static String symbolicName(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      Attributes manifest = file.getManifest().getMainAttributes();
      return manifest.getValue("Bundle-SymbolicName").split(";", 2)[0];
    }
  }

  @Test
  public void satisfiesEveryComponent() {
    List<String> waiting = new ArrayList<>();
    for (ComponentDescriptionDTO component : ours()) {
      for (ComponentConfigurationDTO made : components.getComponentConfigurationDTOs(component)) {
        if (made.state < ComponentConfigurationDTO.SATISFIED) {
          waiting.add(component.name + " " + Arrays.toString(made.unsatisfiedReferences));
        }
      }
    }
    assertEquals(List.of(), waiting);
  }

  @Test
  public void letsEveryConfiguredComponentBeModified() {
    List<String> restarting = new ArrayList<>();
    for (ComponentDescriptionDTO component : ours()) {
      boolean named = !List.of(component.configurationPid).equals(List.of(component.name));
      if (named && component.modified == null) {
        restarting.add(component.name);
      }
    }
    assertEquals(List.of(), restarting);
  }

  @Test
  public void exportsNothingButTheContracts() {
    List<String> exporting = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      String name = bundle.getSymbolicName();
      if (name.startsWith("kds.") && !name.equals("kds.api")) {
        String exported = bundle.getHeaders().get("Export-Package");
        if (exported != null) {
          exporting.add(name + " " + exported);
        }
        String imported = bundle.getHeaders().get("Import-Package");
        boolean imports = imported != null; // The log's fragment needs nothing but its host.
        if (imports && imported.replace("kds.api.", "").contains("kds.")) {
          exporting.add(name + " imports " + imported);
        }
      }
    }
    assertEquals(List.of(), exporting);
  }

  @Test
  public void runsTheTransferCapability() throws Exception {
    assertEquals(200, client.get("/api/downloads", "files:read").statusCode());
  }

  @Test
  public void servesAnAddOnsServletBehindTheToken() throws Exception {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("osgi.http.whiteboard.servlet.pattern", "/acme/*");
    ServiceRegistration<Servlet> registration =
        context.registerService(Servlet.class, new Greeting(), properties);
    try {
      assertEquals("Hello tester", client.get("/acme/hello", "acme:scan").body());
      assertEquals(401, client.get("/acme/hello", null).statusCode());
    } finally {
      registration.unregister();
    }
    assertEquals(404, client.get("/acme/hello", "acme:scan").statusCode());
  }

  @Test
  public void neverHandsItsOwnPathsToAnAddOn() throws Exception {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("osgi.http.whiteboard.servlet.pattern", "/health");
    ServiceRegistration<Servlet> registration =
        context.registerService(Servlet.class, new Greeting(), properties);
    try {
      assertTrue(client.get("/health", "health").body().startsWith("{\"status\""));
    } finally {
      registration.unregister();
    }
  }

  @Test
  public void servesOnWhileTheWhiteboardIsStopped() throws Exception {
    Bundle whiteboard = bundle("kds.http.whiteboard");
    whiteboard.stop();
    try {
      assertEquals(200, client.get("/api/downloads", "files:read").statusCode());
      assertEquals(404, client.get("/acme/hello", "acme:scan").statusCode());
    } finally {
      whiteboard.start();
    }
  }

  @Test
  public void tellsTheHealthOfEveryPart() throws Exception {
    String health = client.get("/health", "health").body();
    assertTrue(health, health.contains("configuration") && health.contains("Bundles"));
  }

  private Bundle bundle(String symbolicName) {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
        .findFirst()
        .orElseThrow();
  }

  private List<ComponentDescriptionDTO> ours() {
    return components.getComponentDescriptionDTOs().stream()
        .filter(component -> component.bundle.symbolicName.startsWith("kds."))
        .toList();
  }

  private static final class Greeting extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      Caller caller = (Caller) request.getAttribute(Caller.class.getName());
      response.getWriter().print("Hello " + caller.subject());
    }
  }
}
