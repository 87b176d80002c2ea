package kds.http.files;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpDateTime;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a GET or HEAD, in the order of RFC 9110, section 13.2.2.
 *
 * @param tag the file's strong entity tag, with its quotes
 * @param modified when the file last changed, as Last-Modified says it: in whole seconds
 */
record Conditions(String tag, Instant modified) {
  /** What the conditions come to. */
  enum Outcome {
    /** Answer with the file. */
    SEND,
    /** 304: the client has it. */
    NOT_MODIFIED,
    /** 412: it is not what the client expects. */
    FAILED
  }

  Conditions {
    modified = modified.truncatedTo(ChronoUnit.SECONDS);
  }

  /** Evaluates all but If-Range. */
  Outcome evaluate(Function<String, @Nullable String> header) {
    String ifMatch = header.apply("If-Match");
    if (ifMatch != null) {
      if (!EntityTags.of(ifMatch).strongly(tag)) {
        return Outcome.FAILED;
      }
    } else if (isAfter(header.apply("If-Unmodified-Since"))) {
      return Outcome.FAILED;
    }
    String ifNoneMatch = header.apply("If-None-Match");
    if (ifNoneMatch != null) {
      return EntityTags.of(ifNoneMatch).weakly(tag) ? Outcome.NOT_MODIFIED : Outcome.SEND;
    }
    Instant since = date(header.apply("If-Modified-Since"));
    return since != null && !modified.isAfter(since) ? Outcome.NOT_MODIFIED : Outcome.SEND;
  }

  /**
   * Whether Range counts: there is no If-Range, or it names just this content. A date counts only
   * when the file has rested a second since, or two contents could share it (section 8.8.2.2).
   */
  boolean rangeCounts(@Nullable String ifRange, Instant now) {
    if (ifRange == null) {
      return true;
    }
    String value = ifRange.strip();
    if (value.startsWith("\"") || value.startsWith("W/")) {
      return value.equals(tag);
    }
    return modified.equals(date(value)) && modified.isBefore(now.minusSeconds(1));
  }

  private boolean isAfter(@Nullable String limit) {
    Instant date = date(limit);
    return date != null && modified.isAfter(date);
  }

  /** Reads an HTTP date; null for none, and for what is none, which RFC 9110 wants ignored. */
  private static @Nullable Instant date(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return HttpDateTime.parse(text).toInstant();
    } catch (RuntimeException ignored) {
      return null;
    }
  }
}
