import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Clients that are slow and mean no harm: each holds a TLS connection and moves ten bytes a second,
 * every second one up and every second one down. In a process of its own, as each end needs a
 * descriptor: {@code Slow HOME PORT CLIENTS SECONDS}. Prints what became of them.
 */
final class Slow {
  private static final int A_SECOND = 10;
  private static final long ANNOUNCED = 1L << 20;

  private final Service service;
  private final SSLContext tls;
  private final long seconds;
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicInteger moving = new AtomicInteger();
  private final AtomicInteger broken = new AtomicInteger();
  private final Semaphore handshakes = new Semaphore(64);

  private Slow(Service service, long seconds) throws IOException, GeneralSecurityException {
    this.service = service;
    this.tls = service.tls();
    this.seconds = seconds;
  }

  public static void main(String[] args) throws Exception {
    Service service = Service.of(Path.of(args[0]), Integer.parseInt(args[1]), 0);
    new Slow(service, Long.parseLong(args[3])).run(Integer.parseInt(args[2]));
  }

  private void run(int clients) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      int number = i;
      threads.add(Thread.startVirtualThread(() -> client(number)));
    }
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    int shown = -1;
    while (System.nanoTime() < until) {
      TimeUnit.SECONDS.sleep(1);
      if (moving.get() != shown) {
        shown = moving.get();
        System.out.println("moving " + shown + " broken " + broken.get());
      }
    }
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    System.out.println("end " + shown + " broken " + broken.get());
  }

  private void client(int number) {
    try (Socket plain = new Socket()) {
      plain.setReceiveBufferSize(4096);
      plain.setSendBufferSize(4096);
      try (SSLSocket socket = connected(plain)) {
        if (number % 2 == 0) {
          send(socket, number);
        } else {
          receive(socket);
        }
      }
    } catch (IOException | InterruptedException e) {
      if (broken.getAndIncrement() < 5) {
        System.out.println("client " + number + ": " + e);
      }
    }
  }

  private SSLSocket connected(Socket plain) throws IOException, InterruptedException {
    handshakes.acquire();
    try {
      plain.connect(new InetSocketAddress("127.0.0.1", service.port()), 60_000);
      plain.setSoTimeout(120_000);
      SSLSocket socket =
          (SSLSocket) tls.getSocketFactory().createSocket(plain, "localhost", service.port(), true);
      socket.startHandshake();
      return socket;
    } finally {
      handshakes.release();
    }
  }

  private void send(SSLSocket socket, int number) throws IOException, InterruptedException {
    OutputStream out = socket.getOutputStream();
    head(out, "PUT /Downloads/slow-" + number, "Content-Length: " + ANNOUNCED + "\r\n");
    byte[] piece = new byte[A_SECOND];
    moving.incrementAndGet();
    try {
      while (!over.get()) {
        out.write(piece);
        TimeUnit.SECONDS.sleep(1);
      }
    } finally {
      moving.decrementAndGet();
    }
  }

  private void receive(SSLSocket socket) throws IOException, InterruptedException {
    head(socket.getOutputStream(), "GET /Downloads/large", "");
    InputStream in = socket.getInputStream();
    byte[] piece = new byte[A_SECOND];
    String status = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
    if (!status.endsWith("200")) {
      throw new IOException("answered " + status);
    }
    moving.incrementAndGet();
    try {
      while (!over.get()) {
        if (in.read(piece) < 0) {
          throw new IOException("the answer ended");
        }
        TimeUnit.SECONDS.sleep(1);
      }
    } finally {
      moving.decrementAndGet();
    }
  }

  private void head(OutputStream out, String line, String more) throws IOException {
    String head =
        line
            + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + service.token()
            + "\r\n"
            + more
            + "\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }
}
