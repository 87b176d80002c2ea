package kds.http.service;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import kds.http.route.Exchange;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The contract of all calls: one document, written by hand, served in two notations. */
final class Contract {
  private static final String FILE = "/openapi.yaml";

  /** The document is our own, and says the same of many calls. */
  private static final int MOST_ALIASES = 500;

  void yaml(Exchange exchange) throws IOException {
    exchange.whole(200, "application/yaml", bytes());
  }

  void json(Exchange exchange) throws IOException {
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(MOST_ALIASES);
    Yaml yaml = new Yaml(new SafeConstructor(options));
    exchange.json(200, yaml.load(new String(bytes(), StandardCharsets.UTF_8)));
  }

  private static byte[] bytes() throws IOException {
    try (InputStream in = Contract.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IOException("The bundle lacks " + FILE + ": build it anew.");
      }
      return in.readAllBytes();
    }
  }
}
