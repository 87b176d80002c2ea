package kds.core.state;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import kds.api.host.HostException;
import kds.api.host.StateFiles;
import kds.api.host.StateFolder;
import kds.api.host.TrustedFiles;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The state folder that {@code kds.state} names. */
@Component
public final class OwnStateFiles implements StateFiles {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");

  private final Path state;
  private final TrustedFiles trusted;
  private final Replacement replacement;
  private final String boot = Boot.id();
  // One object for each: what a dead service left may be removed at the first look only.
  private final Map<String, OwnStateFolder> folders = new ConcurrentHashMap<>();

  /** Made by Declarative Services. */
  @Activate
  public OwnStateFiles(BundleContext context, @Reference TrustedFiles trusted) {
    this(Path.of(context.getProperty("kds.state")), trusted, Replacement.PLAIN);
  }

  OwnStateFiles(Path state, TrustedFiles trusted, Replacement replacement) {
    this.state = state;
    this.trusted = trusted;
    this.replacement = replacement;
  }

  @Override
  public StateFolder folder(String name) throws HostException {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + name + "' is not the name of a state folder");
    }
    OwnStateFolder folder =
        folders.computeIfAbsent(
            name, each -> new OwnStateFolder(state.resolve(each), trusted, replacement));
    folder.open();
    return folder;
  }

  @Override
  public String boot() {
    return boot;
  }
}
