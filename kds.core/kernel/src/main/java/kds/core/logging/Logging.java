package kds.core.logging;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Hashtable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Configures the logging back end (pax-logging with logback) while it runs: feeds its PID, which
 * makes it read {@code conf/logback.xml} again. What varies is handed over in system properties,
 * because that is what logback fills into its file.
 *
 * <p>{@code debug} is about our own loggers only: libraries at that level write headers and keys.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = "kds.logging")
@Designate(ocd = LoggingConfig.class)
@SatisfyingConditionTarget("(osgi.condition.id=kds.config)")
public final class Logging {
  private static final String BACK_END = "org.ops4j.pax.logging";
  private static final String FILE = BACK_END + ".logback.config.file";
  private static final String LEVEL = "kds.log.level";
  private static final String FORMAT = "kds.log.format";
  private static final String FOLDER = "kds.log";
  private static final String FORMAT_VARIABLE = "KDS_LOG_FORMAT";

  private static final Logger LOG = LoggerFactory.getLogger(Logging.class);

  private final @Nullable String conf;
  private final @Nullable String folder;
  private final ConfigurationAdmin admin;

  /** Puts the configuration into effect. */
  @Activate
  public Logging(BundleContext context, @Reference ConfigurationAdmin admin, LoggingConfig config) {
    this.admin = admin;
    this.conf = context.getProperty("kds.conf");
    this.folder = context.getProperty(FOLDER);
    configure(config);
  }

  /** The configuration has changed. */
  @Modified
  void modified(LoggingConfig config) {
    configure(config);
  }

  private void configure(LoggingConfig config) {
    Path file = Path.of(conf == null ? "conf" : conf).resolve("logback.xml").toAbsolutePath();
    if (!Files.isRegularFile(file)) {
      LOG.warn("There is no {}; the log stays as it is, and debug has no effect", file);
      return;
    }
    prepareAuditFile();
    String format = format(config);
    String level = config.debug() ? "DEBUG" : "INFO";
    System.setProperty(FORMAT, format);
    System.setProperty(LEVEL, level);
    Hashtable<String, Object> values = new Hashtable<>();
    values.put(FILE, file.toString());
    values.put(FORMAT, format); // Not read there, but without a difference nobody is told.
    values.put(LEVEL, level);
    try {
      admin.getConfiguration(BACK_END, "?").updateIfDifferent(values);
    } catch (IOException e) {
      LOG.warn("The log cannot be configured", e);
    }
  }

  private static String format(LoggingConfig config) {
    String format =
        config.format().equals("environment")
            ? Optional.ofNullable(System.getenv(FORMAT_VARIABLE)).orElse("")
            : config.format();
    return format.equals("json") ? "json" : "text";
  }

  /** Made here, because logback would make it readable for as many as the umask lets. */
  private void prepareAuditFile() {
    if (folder == null) {
      System.setProperty(FOLDER, System.getProperty("java.io.tmpdir"));
      return;
    }
    System.setProperty(FOLDER, folder);
    try {
      Files.createFile(
          Path.of(folder).resolve("audit.jsonl"),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException _) {
      // From an earlier start; it is appended to.
    } catch (IOException e) {
      LOG.warn("The audit log cannot be made in {}", folder, e);
    }
  }
}
