package kds.http.service;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import kds.http.route.Exchange;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.json.JsonMapper;

/** The contract of all calls: one document, written by hand, served in two notations. */
final class Contract {
  private static final String FILE = "/openapi.yaml";

  /** The document is our own, and says the same of many calls. */
  private static final int MOST_ALIASES = 500;

  /** The document in JSON: reading it takes memory, so it is done once and not for each call. */
  private byte @Nullable [] json;

  void yaml(Exchange exchange) throws IOException {
    exchange.whole(200, "application/yaml", bytes());
  }

  void json(Exchange exchange) throws IOException {
    exchange.whole(200, "application/json", json());
  }

  private synchronized byte[] json() throws IOException {
    byte[] made = json;
    if (made == null) {
      LoaderOptions options = new LoaderOptions();
      options.setMaxAliasesForCollections(MOST_ALIASES);
      Yaml yaml = new Yaml(new SafeConstructor(options));
      Object document = yaml.load(new String(bytes(), StandardCharsets.UTF_8));
      made = new JsonMapper().writeValueAsBytes(document);
      json = made;
    }
    return made;
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
