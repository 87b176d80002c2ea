package kds.core.audit;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import kds.api.security.Audit;
import kds.api.security.AuditRecord;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes audit records to the logger {@code kds.audit}: one line each, the message a JSON object,
 * so that a name chosen by a user can neither begin a line nor pass for another member.
 */
@Component(immediate = true)
public final class AuditLog implements Audit {
  /** The logger's name, for whoever sends it to a file of its own. */
  static final String LOGGER = "kds.audit";

  private static final Logger RECORDS = LoggerFactory.getLogger(LOGGER);
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

  @Override
  public void record(AuditRecord record) {
    try {
      RECORDS.info(line(record)); // not a format: nothing in it is replaced
    } catch (RuntimeException e) {
      // What happened has happened; the caller cannot do anything about a log that fails.
      LOG.error("An audit record of {} could not be written", record.act(), e);
    }
  }

  /** The record as one line of JSON; details in the order of their names. */
  static String line(AuditRecord record) {
    StringBuilder json = new StringBuilder(160).append('{');
    member(json, "actor", record.actor());
    member(json, "act", record.act());
    member(json, "target", record.target());
    member(json, "outcome", record.outcome().name().toLowerCase(Locale.ROOT));
    if (record.kasmId() != null) {
      member(json, "kasm_id", record.kasmId());
    }
    if (!record.details().isEmpty()) {
      json.append(",\"details\":{");
      for (Map.Entry<String, String> detail : new TreeMap<>(record.details()).entrySet()) {
        member(json, detail.getKey(), detail.getValue());
      }
      json.append('}');
    }
    return json.append('}').toString();
  }

  private static void member(StringBuilder json, String name, String value) {
    if (json.charAt(json.length() - 1) != '{') {
      json.append(',');
    }
    quote(json, name);
    json.append(':');
    quote(json, value);
  }

  /** Quotes; whatever is not plainly visible is escaped, as it might rule a terminal. */
  private static void quote(StringBuilder json, String text) {
    json.append('"');
    int point;
    for (int at = 0; at < text.length(); at += Character.charCount(point)) {
      point = text.codePointAt(at);
      if (point == '"' || point == '\\') {
        json.append('\\').append((char) point);
      } else if (isVisible(point)) {
        json.appendCodePoint(point);
      } else {
        Character.toString(point).chars().forEach(unit -> json.append("\\u%04x".formatted(unit)));
      }
    }
    json.append('"');
  }

  private static boolean isVisible(int point) {
    return point >= ' ' && point <= '~' || isVisibleBeyondAscii(point);
  }

  private static boolean isVisibleBeyondAscii(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
