package kds.core.logging;

import java.util.function.Consumer;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** A component that logs what the test wants, from inside of the framework. */
@Component(property = "talker=1")
public final class Talker implements Consumer<String> {
  @Override
  public void accept(String command) {
    String[] parts = command.split("\\|", 3);
    Logger log = LoggerFactory.getLogger(parts[1]);
    MDC.put("request", "r-1");
    MDC.put("session", "s-1");
    try {
      switch (parts[0]) {
        case "debug" -> log.debug("{}", parts[2]);
        case "fail" -> log.warn("it failed", new IllegalStateException(parts[2]));
        default -> log.info("{}", parts[2]);
      }
    } finally {
      MDC.clear();
    }
  }
}
