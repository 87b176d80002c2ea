package kds.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.Supplier;
import kds.api.config.DurationValue;
import kds.api.config.SizeValue;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

class FrameworkTest {
  @Component(property = "toy=1")
  @Designate(ocd = Toy.Config.class)
  public static final class Toy implements Supplier<String> {
    private final Config config;

    @ObjectClassDefinition
    public @interface Config {
      @DurationValue(max = "1h")
      String time_out() default "5m";

      @SizeValue
      String most_bytes() default "1KiB";
    }

    @Activate
    public Toy(Config config) {
      this.config = config;
    }

    @Override
    public String get() {
      return config.time_out() + config.most_bytes();
    }
  }

  @Test
  void runsAToyComponentAndKeepsTheMarksOfItsConfiguration() throws Exception {
    try (Framework framework = Framework.with(Map.of()).standard()) {
      Bundle bundle = framework.toy("acme.toy").classes(Toy.class).capability("toy").start();
      assertThat(framework.service(Supplier.class, "(toy=1)").get()).isEqualTo("5m1KiB");
      var xml = bundle.findEntries("OSGI-INF/metatype", "*.xml", false).nextElement();
      try (var in = xml.openStream()) {
        assertThat(new String(in.readAllBytes()))
            .contains("kds:duration-min=\"0s\"", "kds:duration-max=\"1h\"", "kds:size-max=");
      }
    }
  }
}
