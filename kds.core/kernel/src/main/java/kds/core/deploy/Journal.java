package kds.core.deploy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import kds.api.security.Audit;
import kds.api.security.AuditRecord;
import kds.api.security.AuditRecord.Outcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down what the deployer does: log and audit, and for the health check what is amiss. */
final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
  private static final String ACTOR = "deployer";
  private static final String REPLACE = "bundle.replace";

  private final Audit audit;
  private volatile Map<String, String> troubles = Map.of();

  Journal(Audit audit) {
    this.audit = audit;
  }

  void done(Jar jar, @Nullable Jar old, int draining, Duration took) {
    if (old == null) {
      LOG.info("Started {} in {} ms", jar, took.toMillis());
    } else {
      LOG.info(
          "Replaced {} by {} in {} ms; the old one has {} calls left",
          old,
          jar,
          took.toMillis(),
          draining);
    }
    Map<String, String> details = details(jar, old);
    details.put("milliseconds", Long.toString(took.toMillis()));
    record(old == null ? "bundle.start" : REPLACE, jar.symbolicName(), Outcome.DONE, details);
  }

  void failed(Jar jar, @Nullable Jar old, String why) {
    LOG.error(
        "{} was not put into service: {}. {}",
        jar,
        why,
        old == null ? "Nothing was replaced" : old + " serves on");
    Map<String, String> details = details(jar, old);
    details.put("reason", why);
    record(REPLACE, jar.symbolicName(), Outcome.FAILED, details);
  }

  void removed(Jar jar) {
    LOG.info("{} was removed; it serves its last calls", jar);
    record("bundle.remove", jar.symbolicName(), Outcome.DONE, details(jar, null));
  }

  /** Takes over what is amiss now, by file or bundle; what is new is written down once. */
  void troubles(Map<String, String> now) {
    Map<String, String> before = troubles;
    troubles = Map.copyOf(now);
    now.forEach(
        (what, trouble) -> {
          if (!trouble.equals(before.get(what))) {
            LOG.warn("{} {}", what, trouble);
            if (trouble.startsWith("is refused")) {
              record(REPLACE, what, Outcome.REFUSED, Map.of("reason", trouble));
            }
          }
        });
  }

  Map<String, String> troubles() {
    return troubles;
  }

  private static Map<String, String> details(Jar jar, @Nullable Jar old) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("version", jar.version());
    details.put("file", jar.file().toString());
    details.put("sha256", jar.digest());
    if (old != null) {
      details.put("old_version", old.version());
      details.put("old_sha256", old.digest());
    }
    return details;
  }

  private void record(String act, String target, Outcome outcome, Map<String, String> details) {
    audit.record(new AuditRecord(ACTOR, act, target, outcome, null, details));
  }
}
