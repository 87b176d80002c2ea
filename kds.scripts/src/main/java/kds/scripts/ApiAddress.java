package kds.scripts;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;

/**
 * Where the control plane is, as its own configuration says; scripts are told. Read by this bundle
 * only, described by the one it belongs to.
 */
@Component(service = ApiAddress.class, configurationPid = ApiAddress.PID)
@SatisfyingConditionTarget("(osgi.condition.id=kds.scripts)")
public final class ApiAddress {
  static final String PID = "kds.workspaces";

  private volatile Settings.Api now;

  /** Made by Declarative Services. */
  @Activate
  public ApiAddress(Config config) {
    now = of(config);
  }

  @Modified
  void configure(Config config) {
    now = of(config);
  }

  Settings.Api now() {
    return now;
  }

  private static Settings.Api of(Config config) {
    return new Settings.Api(config.api_host(), config.api_port(), config.api_url_prefix());
  }

  /** The documented keys of it. */
  @interface Config {
    /** Host name or address of the API server. */
    String api_host() default "";

    /** Its port. */
    int api_port() default 443;

    /** What goes before the paths of its calls. */
    String api_url_prefix() default "";
  }
}
