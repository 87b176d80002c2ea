package kds.storage.clamav;

import java.nio.file.Path;
import java.time.Duration;
import kds.api.config.Quantity;
import kds.api.transfer.UploadInspector;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks clamd about each upload. There only while {@code clamav} is configured. Thread-safe. */
@Component(
    service = UploadInspector.class,
    immediate = true,
    configurationPid = ClamAvConfig.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ClamAvConfig.class)
public final class ClamAvInspector implements UploadInspector {
  private static final Logger LOG = LoggerFactory.getLogger(ClamAvInspector.class);

  private volatile Settings settings;

  /** The configuration, read once. */
  private record Settings(Clamd clamd, long skipAbove) {
    static Settings of(ClamAvConfig config) {
      Path socket = Path.of(config.socket().strip());
      if (!socket.isAbsolute()) {
        throw new IllegalArgumentException(
            "clamav.socket: '" + socket + "' is not absolute. Write it from the root.");
      }
      Duration timeout = Quantity.duration("clamav.timeout", config.timeout());
      return new Settings(
          new Clamd(socket, timeout), Quantity.bytes("clamav.skip_above", config.skip_above()));
    }
  }

  /**
   * Made by Declarative Services.
   *
   * @throws IllegalArgumentException when the configuration cannot be read
   */
  @Activate
  public ClamAvInspector(ClamAvConfig config) {
    settings = Settings.of(config);
  }

  @Modified
  void configure(ClamAvConfig config) {
    try {
      settings = Settings.of(config);
    } catch (IllegalArgumentException e) {
      LOG.error("The settings of ClamAV stay as they were. {}", e.getMessage());
    }
  }

  @Override
  public Verdict inspect(Inspected upload) throws Exception {
    Settings now = settings;
    if (now.skipAbove > 0 && upload.size() > now.skipAbove) {
      LOG.info("{} bytes are above clamav.skip_above: not looked at", upload.size());
      return new Allow();
    }
    return now.clamd.scan(upload);
  }
}
