package kds.http.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.FolderDownload;
import kds.api.transfer.TransferException;
import kds.http.route.Exchange;
import kds.http.route.FairLimit;
import kds.http.route.Refusal;
import kds.http.route.Route;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET|HEAD /Downloads/{path}/}: a folder and all below it as a zip archive, made while it is
 * sent. Sizes are told behind each file and in the directory at the end, with zip64 where a number
 * needs it; names are UTF-8 and marked so. Of the archive only its directory is kept in memory.
 */
final class FolderArchive implements Route.Use<FileTransfer> {
  /** The last entry, beside the folder, when something is missing. */
  static final String LEFT_OUT = "kds-left-out.txt";

  private static final int PIECE = 64 << 10;

  /** Each holds a walk, two buffers and a compressor for as long as its client reads. */
  private static final FairLimit ARCHIVES = new FairLimit("archives", 64, 4, Duration.ZERO);

  @Override
  public void serve(Exchange exchange, FileTransfer transfer)
      throws IOException, Refusal, TransferException {
    serve(exchange, transfer, exchange.path());
  }

  /** Answers with the archive of a folder; empty for the topmost. */
  static void serve(Exchange exchange, FileTransfer transfer, String path)
      throws IOException, Refusal, TransferException {
    requireZip(exchange);
    try (FairLimit.Share _ = ARCHIVES.take(exchange.caller(), 1);
        FolderDownload folder = transfer.openFolder(exchange.caller(), path)) {
      exchange
          .status(200)
          .set(HttpHeader.CONTENT_TYPE, "application/zip")
          .set(HttpHeader.CACHE_CONTROL, "no-store")
          .set(HttpHeader.ACCEPT_RANGES, "none")
          .set("Content-Disposition", FileDownload.disposition(folder.name() + ".zip"))
          .set("X-Content-Type-Options", "nosniff")
          .set(Places.HEADER, Places.word(folder.place()));
      if (exchange.head()) {
        // Begun before it is ended: else it would announce a length of 0.
        exchange.write(false, ByteBuffer.allocate(0));
        exchange.empty();
      } else {
        send(exchange, folder);
      }
    }
  }

  private static void requireZip(Exchange exchange) throws Refusal {
    String format = exchange.query().value("format").orElse("zip");
    if (!format.equals("zip")) {
      throw Refusal.of(
          400, "bad-parameter", "A folder is sent as a zip archive only. Use format=zip.");
    }
  }

  private static void send(Exchange exchange, FolderDownload folder)
      throws IOException, TransferException {
    try (Buffers.Loan outgoing = Buffers.lend();
        Buffers.Loan content = Buffers.lend()) {
      Outlet outlet = new Outlet(exchange, outgoing);
      Zip zip = new Zip(outlet);
      try {
        new Packing(folder, zip, content).run();
        zip.finish();
        outlet.end();
      } finally {
        zip.end();
      }
    }
  }

  /** Puts what a walk comes by into an archive. */
  private static final class Packing {
    private final FolderDownload folder;
    private final Zip zip;
    private final Buffers.Loan content;
    private final byte[] piece = new byte[PIECE];
    private final Squeeze squeeze = new Squeeze();
    private final TimeSlice slice = new TimeSlice();

    Packing(FolderDownload folder, Zip zip, Buffers.Loan content) {
      this.folder = folder;
      this.zip = zip;
      this.content = content;
    }

    void run() throws IOException, TransferException {
      String top = folder.name() + "/";
      try (squeeze) {
        folder(top, null);
        for (var member = folder.next(); member != null; member = folder.next()) {
          if (member.folder()) {
            folder(top + member.path() + "/", member.modified());
          } else {
            file(top + member.path(), member.modified());
          }
        }
        leftOut();
      }
    }

    private void folder(String name, @Nullable Instant modified) throws IOException {
      ZipEntry entry = new ZipEntry(name);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(0);
      entry.setCrc(0);
      if (modified != null) {
        entry.setLastModifiedTime(FileTime.from(modified));
      }
      zip.putNextEntry(entry);
      zip.closeEntry();
    }

    private void file(String name, Instant modified) throws IOException, TransferException {
      int length = read();
      zip.setLevel(squeeze.level(piece, Math.max(length, 0)));
      ZipEntry entry = new ZipEntry(name);
      entry.setLastModifiedTime(FileTime.from(modified));
      zip.putNextEntry(entry);
      for (; length >= 0; length = read()) {
        zip.write(piece, 0, length);
      }
      zip.closeEntry();
    }

    private int read() throws TransferException {
      slice.check();
      ByteBuffer buffer = content.cleared();
      buffer.limit(Math.min(PIECE, buffer.capacity()));
      int length = folder.read(buffer);
      buffer.flip();
      buffer.get(piece, 0, buffer.remaining());
      return length;
    }

    private void leftOut() throws IOException {
      if (folder.leftOutCount() == 0) {
        return;
      }
      zip.setLevel(1);
      zip.putNextEntry(new ZipEntry(LEFT_OUT));
      for (FolderDownload.Remark remark : folder.leftOut()) {
        line(visible(remark.path()) + ": " + remark.why());
      }
      long more = folder.leftOutCount() - folder.leftOut().size();
      if (more > 0) {
        line("… and " + more + " more.");
      }
      zip.closeEntry();
    }

    private void line(String text) throws IOException {
      zip.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String visible(String path) {
      return path.isEmpty() ? "." : path.replaceAll("\\p{Cntrl}", "\uFFFD");
    }
  }

  /** The JDK's archive, which compresses into a buffer of 512 bytes unless told otherwise. */
  private static final class Zip extends ZipOutputStream {
    Zip(OutputStream out) {
      super(out, StandardCharsets.UTF_8);
      buf = new byte[PIECE];
    }

    /** Gives the compressor's memory back, whether or not the archive was finished. */
    void end() {
      def.end();
    }
  }
}
