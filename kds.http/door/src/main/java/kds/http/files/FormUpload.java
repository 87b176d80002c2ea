package kds.http.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.EnumSet;
import java.util.Set;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadRequest;
import kds.http.problem.Problem;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import kds.http.route.Failures;
import kds.http.route.Percent;
import kds.http.route.Refusal;
import kds.http.route.RequestPath;
import kds.http.route.Route;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /upload}: files as the parts {@code file} of a form. A file's path is its file name,
 * which may hold folders, or the part {@code path} before it; one that ends in a slash is the
 * folder for the file name.
 */
final class FormUpload implements Route.Use<FileTransfer> {
  private static final int MAX_FIELD = 4096;

  /** How much of a name that is too long the answer repeats. */
  private static final int MAX_SHOWN = 200;

  /** What the answer has to tell of refusals is kept until the form ends: not without end. */
  static final int MOST_REFUSED = 1000;

  /** Characters that the names of a form may have together, for the same reason. */
  static final int MOST_NAMED = 2 << 20;

  /** What holds for all files of a form: after it, no other can succeed. */
  private static final Set<Reason> FOR_ALL =
      EnumSet.of(
          Reason.NO_SESSION, Reason.NO_USER, Reason.NO_FOLDER, Reason.NOT_ALLOWED, Reason.TOO_SOON);

  @Override
  public void serve(Exchange exchange, FileTransfer transfer)
      throws IOException, Refusal, TransferException {
    UploadRules rules = UploadRules.of(exchange);
    Outcomes outcomes = new Outcomes();
    Multipart form = new Multipart(exchange.body(), boundary(exchange));
    try {
      new Reading(form, rules, new Intake(transfer, exchange.caller()), outcomes).run();
    } catch (MalformedException e) {
      outcomes.broke(Problem.of(400, "bad-form", e.getMessage()));
    } catch (ClientGoneException e) {
      outcomes.broke(
          Problem.of(
              400,
              "incomplete",
              "The form broke off, or stopped coming, before its end. The files that were received"
                  + " whole are kept; send the others again."));
    }
    outcomes.answer(exchange);
  }

  private static String boundary(Exchange exchange) throws Refusal {
    try {
      return Multipart.boundary(exchange.header(HttpHeader.CONTENT_TYPE));
    } catch (MalformedException e) {
      throw Refusal.of(415, "unsupported-media-type", e.getMessage());
    }
  }

  /** The reading of one form. */
  private static final class Reading {
    private final Multipart form;
    private final UploadRules rules;
    private final Intake intake;
    private final Outcomes outcomes;
    private @Nullable String path;
    private boolean further;
    private long named;

    Reading(Multipart form, UploadRules rules, Intake intake, Outcomes outcomes) {
      this.form = form;
      this.rules = rules;
      this.intake = intake;
      this.outcomes = outcomes;
    }

    void run() throws IOException {
      for (Disposition part = form.part(); part != null; part = form.part()) {
        String filename = part.filename();
        if (filename == null && !part.name().equals("file")) {
          path = part.name().equals("path") ? text() : path;
        } else if (!part.name().equals("file")) {
          outcomes.refused(
              shown(filename == null ? "" : filename),
              Problem.of(
                  400,
                  "bad-form",
                  "A file came as '"
                      + shown(part.name())
                      + "'. Send files as parts named 'file'."));
        } else if (file(filename == null ? "" : filename)) {
          path = null;
        } else {
          return;
        }
        String why = tooMuch();
        if (!why.isEmpty()) {
          passOver(why);
          return;
        }
      }
    }

    /**
     * Passes over the rest when there is too much to tell. It is read nevertheless: a client that
     * still sends does not read an answer as long as this one may be.
     */
    private void passOver(String why) throws IOException {
      outcomes.broke(Problem.of(400, "bad-form", why));
      Disposition part;
      do {
        part = form.part();
      } while (part != null);
    }

    /** Why no more can be told of files; empty as long as it can. */
    private String tooMuch() {
      if (named > MOST_NAMED) {
        return "The names of the form's files are longer than can be answered. The rest of it was"
            + " passed over: send that in further requests.";
      }
      if (outcomes.refusals() >= MOST_REFUSED) {
        return MOST_REFUSED
            + " files of the form were refused, and the rest of it was passed over. Mend what the"
            + " first answers say, then send the rest.";
      }
      return "";
    }

    /** Receives a file; whether others have a chance. */
    private boolean file(String filename) throws IOException {
      String wanted = wanted(filename);
      named += wanted.length();
      if (wanted.length() > MAX_FIELD) {
        outcomes.refused(
            shown(wanted),
            Problem.of(400, "name-too-long", "The file's name is too long. Use a shorter one."));
        return true;
      }
      if (wanted.isEmpty()) {
        // What browsers send for a file input that was left empty; but content must not be lost.
        if (form.next() != null) {
          outcomes.refused("", Problem.of(400, "bad-form", "A file came without a name."));
        }
        return true;
      }
      try {
        RequestPath safe = RequestPath.ofText(wanted);
        if (safe.slashed()) {
          throw Refusal.of(400, "unsafe-path", "The file's name ends in a slash. Name a file.");
        }
        outcomes.received(wanted, intake.receive(request(safe), form, null));
        further = true;
        return true;
      } catch (Refusal e) {
        outcomes.refused(wanted, e.problem());
        return true;
      } catch (TransferException e) {
        outcomes.refused(wanted, Failures.problem(e));
        return !FOR_ALL.contains(e.reason());
      }
    }

    /** Files of one form are one transfer to the rule of a least time between two. */
    private UploadRequest request(RequestPath safe) {
      UploadRequest one = rules.request(safe.from(0), -1);
      return new UploadRequest(
          one.path(), one.size(), one.onConflict(), one.sha256(), one.mustBeNew(), further);
    }

    private String wanted(String filename) {
      String given = path;
      if (given == null) {
        return filename;
      }
      return given.endsWith("/") ? given + filename : given;
    }

    /** So much of a name as an answer repeats. */
    private static String shown(String name) {
      return name.length() <= MAX_SHOWN ? name : name.substring(0, MAX_SHOWN) + "…";
    }

    private String text() throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (ByteBuffer piece = form.next(); piece != null; piece = form.next()) {
        byte[] some = new byte[piece.remaining()];
        piece.get(some);
        bytes.writeBytes(some);
        if (bytes.size() > MAX_FIELD) {
          throw new MalformedException("The part 'path' is longer than " + MAX_FIELD + " bytes.");
        }
      }
      try {
        return Percent.text(bytes.toByteArray());
      } catch (CharacterCodingException e) {
        throw new MalformedException("The part 'path' is not UTF-8. Send names as UTF-8.");
      }
    }
  }
}
