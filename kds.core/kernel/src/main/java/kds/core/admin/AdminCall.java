package kds.core.admin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import kds.api.admin.AdminCommand;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request at the admin socket. */
final class AdminCall {
  private static final Logger LOG = LoggerFactory.getLogger(AdminCall.class);
  private static final int LONGEST = 8192;
  private static final String TOO_LONG =
      "The request is longer than " + LONGEST + " characters. Send a command and its words only.";

  private final SocketChannel caller;
  private final Function<String, @Nullable AdminCommand> commands;

  AdminCall(SocketChannel caller, Function<String, @Nullable AdminCommand> commands) {
    this.caller = caller;
    this.commands = commands;
  }

  void serve() {
    try (caller;
        BufferedReader in = new BufferedReader(Channels.newReader(caller, decoder(), -1))) {
      String line = line(in);
      if (line.length() > LONGEST) {
        refuse(caller, TOO_LONG);
        return;
      }
      List<String> words = List.of(line.split("\t", -1));
      Thread work = Thread.ofVirtual().name("kds-admin-work").start(() -> work(words));
      // Nothing more is said by the caller: what is read is his going.
      while (in.read() >= 0) {
        continue;
      }
      work.interrupt();
    } catch (IOException e) {
      LOG.debug("A caller has gone", e);
    }
  }

  /** What is no UTF-8 is replaced: the caller is then told that there is no such command. */
  private static CharsetDecoder decoder() {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .onUnmappableCharacter(CodingErrorAction.REPLACE);
  }

  /** A line, or a little more than the longest: who still writes would not read an answer. */
  private static String line(Reader in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int each = in.read(); each >= 0 && each != '\n'; each = in.read()) {
      if (line.length() <= LONGEST) {
        line.append((char) each);
      }
    }
    return line.toString();
  }

  /** Answers that a request is not served. */
  static void refuse(SocketChannel caller, String why) throws IOException {
    try (Writer out = Channels.newWriter(caller, StandardCharsets.UTF_8)) {
      say(out, "! " + why);
    }
  }

  private void work(List<String> words) {
    try (Writer out = Channels.newWriter(caller, StandardCharsets.UTF_8)) {
      try {
        answer(words, out);
        say(out, ".");
      } catch (InterruptedException _) {
        LOG.debug("Nobody waits for {} any more", words.getFirst());
      } catch (Exception e) {
        LOG.debug("{} failed", words.getFirst(), e);
        say(out, "! " + oneLine(String.valueOf(e.getMessage())));
      }
    } catch (IOException e) {
      LOG.debug("The caller of {} has gone", words.getFirst(), e);
    }
  }

  private void answer(List<String> words, Writer out) throws Exception {
    AdminCommand command = commands.apply(words.getFirst());
    if (command == null) {
      throw new IllegalArgumentException("The service knows no '" + words.getFirst() + "' (now)");
    }
    command.answer(
        words.subList(1, words.size()),
        text -> {
          try {
            say(out, "= " + oneLine(text));
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  private static String oneLine(String text) {
    return text.replace('\n', ' ').replace('\r', ' ');
  }

  private static void say(Writer out, String line) throws IOException {
    out.write(line + "\n");
    out.flush();
  }
}
