package kds.http.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.Handler;

/** A door that really listens, on a port of its own, with files of its own. */
final class TestDoor implements AutoCloseable {
  static {
    // The more is logged, the more a test finds of what must not be.
    System.setProperty("org.slf4j.simpleLogger.log.kds.http", "debug");
  }

  static final String SERVER_ID = "5b1f7f0e-8f0a-4b8e-9d0c-0d1a2b3c4d5e";
  static final Duration PATIENCE = Duration.ofSeconds(20);

  /**
   * Configuration, by method name; what is not named has its default. A "handler" stands in for the
   * {@link Toy}.
   */
  final Map<String, Object> config = new HashMap<>();

  /** What the access log was told: method and URI. */
  final List<String> accessLog = new CopyOnWriteArrayList<>();

  /** Ports announced; 0 stands for silence. */
  final BlockingQueue<Integer> announced = new LinkedBlockingQueue<>();

  /** Of requests without a token; small where {@code config} says "allowance". */
  final Allowance allowance;

  final Path folder;
  final TestClock clock = new TestClock();
  final Toy toy = new Toy();
  final PlainFiles files = new PlainFiles();
  final Door door;
  private final PrintStream realErr = System.err;
  private final Object logLock = new Object();
  private ByteArrayOutputStream log = new ByteArrayOutputStream();
  private volatile int port;
  private Thread upkeep;

  /** Makes one in a folder of its own, not started: files may be put there first. */
  TestDoor(Path folder, Object... config) {
    this.folder = folder;
    System.setErr(new PrintStream(new Tee(), true, StandardCharsets.UTF_8));
    set("address", "127.0.0.1", "port", 0, "server_id", SERVER_ID);
    set("server_private_key", path("key.pem"), "server_public_key", path("cert.pem"));
    set("jwt_public_key", path("jwt.pem"));
    set(config);
    allowance =
        this.config.get("allowance") instanceof Integer bytes
            ? new Allowance(bytes, System::nanoTime)
            : Allowance.ofHeap();
    Handler handler = this.config.get("handler") instanceof Handler other ? other : toy;
    Inner inner = new ToyInner(handler, accessLog);
    Announcement announcement =
        new Announcement() {
          @Override
          public void listening(int where) {
            port = where;
            announced.add(where);
          }

          @Override
          public void silent() {
            announced.add(0);
          }
        };
    door = new Door(announcement, files, files, inner, allowance, clock, asConfig());
  }

  /** Starts it and waits until it listens. */
  static TestDoor open(Path folder, byte[] tokenKey, Object... config) throws Exception {
    TestDoor door = new TestDoor(folder, config);
    door.put("jwt.pem", new String(tokenKey, StandardCharsets.UTF_8));
    return door.start();
  }

  TestDoor start() throws Exception {
    startOnly();
    awaitPort();
    return this;
  }

  /** Starts it where it is not expected to listen yet. */
  void startOnly() {
    Set<Thread> before = upkeepThreads();
    door.start();
    upkeep = upkeepThreads().stream().filter(t -> !before.contains(t)).findAny().orElseThrow();
  }

  int awaitPort() throws InterruptedException {
    Integer where = announced.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (where == null) {
      throw new AssertionError("the door did not say where it listens; its log:\n" + log());
    }
    return where;
  }

  void set(Object... pairs) {
    for (int i = 0; i < pairs.length; i += 2) {
      config.put((String) pairs[i], pairs[i + 1]);
    }
  }

  /** Feeds a changed configuration, as Declarative Services does. */
  void modify(Object... pairs) {
    set(pairs);
    door.modified(asConfig());
  }

  private DoorConfig asConfig() {
    return config(Map.copyOf(config));
  }

  /** The defaults, but for these. */
  static DoorConfig config(Map<String, Object> now) {
    return (DoorConfig)
        Proxy.newProxyInstance(
            DoorConfig.class.getClassLoader(),
            new Class<?>[] {DoorConfig.class},
            (proxy, method, args) -> now.getOrDefault(method.getName(), method.getDefaultValue()));
  }

  String path(String name) {
    return folder.resolve(name).toString();
  }

  /** Puts a file there in one step, mode 0600. */
  void put(String name, String content) throws IOException {
    Path fresh = folder.resolve(name + ".new");
    Files.writeString(fresh, content);
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
    Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  int port() {
    return port;
  }

  URI uri(String pathAndQuery) {
    boolean tls = (Boolean) config.getOrDefault("ssl", true);
    return URI.create((tls ? "https" : "http") + "://127.0.0.1:" + port + pathAndQuery);
  }

  HttpResponse<String> get(String pathAndQuery, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(pathAndQuery))
            .timeout(PATIENCE)
            .version(HttpClient.Version.HTTP_1_1);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return Trusting.CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> getAs(String token, String pathAndQuery) throws Exception {
    return get(pathAndQuery, "Authorization", "Bearer " + token);
  }

  /** A plain or TLS socket to the door. */
  Socket connect() throws IOException {
    if (Boolean.FALSE.equals(config.get("ssl"))) {
      return new Socket("127.0.0.1", port);
    }
    return Trusting.trustAll().getSocketFactory().createSocket("127.0.0.1", port);
  }

  /**
   * Sends these bytes and reads all that comes until the door closes the connection. It may do so
   * before it has read all of a request that is too long: the answer is there all the same.
   */
  String exchange(String raw) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try (Socket socket = connect()) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      try {
        socket.getOutputStream().write(raw.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
      } catch (SocketException _) {
        // It was cut short by the answer.
      }
      socket.getInputStream().transferTo(answer);
    } catch (SocketException e) {
      if (answer.size() == 0) {
        throw e;
      }
    }
    return answer.toString(StandardCharsets.UTF_8);
  }

  /** Everything logged since this door was made. */
  String log() {
    synchronized (logLock) {
      return log.toString(StandardCharsets.UTF_8);
    }
  }

  /** Drops what the test itself has kept, before memory is measured. */
  void forgetLogs() {
    synchronized (logLock) {
      log = new ByteArrayOutputStream();
    }
    accessLog.clear();
  }

  void awaitLog(String text) {
    await("the log to say '" + text + "'; it says:\n" + log(), () -> log().contains(text));
  }

  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain for " + what);
      }
      Thread.onSpinWait();
      try {
        TimeUnit.MILLISECONDS.sleep(10);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public void close() {
    door.stop();
    System.setErr(realErr);
    await("the door's thread to end", () -> upkeep == null || !upkeep.isAlive());
  }

  private static Set<Thread> upkeepThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().equals("kds-http-upkeep"))
        .collect(Collectors.toSet());
  }

  private final class Tee extends java.io.OutputStream {
    @Override
    public void write(int b) {
      synchronized (logLock) {
        log.write(b);
      }
      realErr.write(b);
    }

    @Override
    public void write(byte[] b, int off, int len) {
      synchronized (logLock) {
        log.write(b, off, len);
      }
      realErr.write(b, off, len);
    }
  }
}
