package kds.core.config;

import java.io.Serial;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.config.DurationValue;
import kds.api.config.SizeValue;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** A configured component as a capability would have it. It keeps a diary of what it is told. */
@Component(
    service = BlockingQueue.class,
    immediate = true, // else it would live only while somebody holds it
    configurationPid = "kds.toy",
    property = "toy=1")
@Designate(ocd = Toy.Config.class)
@SatisfyingConditionTarget("(osgi.condition.id=kds.toy)")
public final class Toy extends LinkedBlockingQueue<Map<String, Object>> {
  @Serial private static final long serialVersionUID = 1L;

  private static final AtomicInteger ACTIVATIONS = new AtomicInteger();

  @ObjectClassDefinition
  public @interface Config {
    boolean flag() default true;

    @AttributeDefinition(min = "1", max = "10")
    int count() default 3;

    long big() default 0;

    @AttributeDefinition(min = "0", max = "1")
    double ratio() default 0.5;

    @AttributeDefinition(options = {@Option("rename"), @Option("overwrite"), @Option("reject")})
    String on_conflict() default "rename";

    String label() default "none";

    @SizeValue(min = "1KiB", max = "1TiB")
    String max_upload_size() default "1GiB";

    @SizeValue
    String budget() default "0";

    @DurationValue(min = "1s")
    String time_out() default "5m";

    String[] hosts() default {};

    @AttributeDefinition(cardinality = 3, min = "1", max = "65535")
    int[] ports() default {};

    int brute_force_attempts() default 5;

    boolean brute_force_enabled() default true;
  }

  @Activate
  public Toy(Config config) {
    ACTIVATIONS.incrementAndGet();
    note(config);
  }

  @Modified
  void modified(Config config) {
    note(config);
  }

  private void note(Config config) {
    Map<String, Object> all = new TreeMap<>();
    all.put("activations", ACTIVATIONS.get());
    for (var method : Config.class.getDeclaredMethods()) {
      try {
        Object value = method.invoke(config);
        all.put(
            method.getName(),
            switch (value) {
              case String[] texts -> java.util.List.of(texts);
              case int[] numbers -> java.util.Arrays.stream(numbers).boxed().toList();
              default -> value;
            });
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException(e);
      }
    }
    add(all);
  }
}
