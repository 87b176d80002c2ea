package kds.core.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.osgi.service.metatype.AttributeDefinition;

/**
 * The keys of the documented config.yaml, at its top level. Each goes to the PID of the part that
 * uses it; keys that change together share one, so that writing one of them back disturbs nobody
 * else. The defaults are those of the behaviour page's annotated example.
 */
enum DocumentedKey {
  SSL("kds.http", Kind.FLAG, true),
  PORT("kds.http", Kind.OWN_PORT, 4902),
  SERVER_PRIVATE_KEY("kds.http", Kind.PATH, "/etc/kasm-desktop-service/certs/key.pem"),
  SERVER_PUBLIC_KEY("kds.http", Kind.PATH, "/etc/kasm-desktop-service/certs/cert.pem"),
  JWT_PUBLIC_KEY("kds.http", Kind.PATH, "/etc/kasm-desktop-service/certs/jwt.pem"),
  SERVER_ID("kds.http", Kind.TEXT, ""),
  UPLOAD_DIR("kds.transfer", Kind.PATH, "/opt/kasm-desktop-service/Upload"),
  DOWNLOAD_DIR("kds.transfer", Kind.PATH, "/opt/kasm-desktop-service/Download"),
  MULTI_USER("kds.transfer", Kind.FLAG, true),
  USER_SSO("kds.transfer", Kind.FLAG, false),
  API_HOST("kds.workspaces", Kind.TEXT, ""),
  API_PORT("kds.workspaces", Kind.PORT_OF_OTHERS, 443),
  API_URL_PREFIX("kds.workspaces", Kind.TEXT, ""),
  REGISTERED("kds.workspaces", Kind.FLAG, false),
  SCRIPT_PATH("kds.scripts", Kind.PATH, "/opt/kasm-desktop-service/scripts"),
  DEBUG("kds.logging", Kind.FLAG, false);

  private enum Kind {
    FLAG,
    /** 0 stands for any that is free. */
    OWN_PORT,
    PORT_OF_OTHERS,
    PATH,
    TEXT
  }

  private static final Map<String, DocumentedKey> BY_NAME =
      Arrays.stream(values())
          .collect(
              Collectors.toMap(
                  DocumentedKey::key,
                  k -> k,
                  (a, b) -> a,
                  LinkedHashMap<String, DocumentedKey>::new));

  private final String pid;
  private final Object standard;
  private final boolean path;
  private final Attribute attribute;

  DocumentedKey(String pid, Kind kind, Object standard) {
    this.pid = pid;
    this.standard = standard;
    this.path = kind == Kind.PATH;
    this.attribute =
        switch (kind) {
          case FLAG -> Attribute.of(property(), AttributeDefinition.BOOLEAN);
          case OWN_PORT ->
              Attribute.of(property(), AttributeDefinition.INTEGER).between("0", "65535");
          case PORT_OF_OTHERS ->
              Attribute.of(property(), AttributeDefinition.INTEGER).between("1", "65535");
          case PATH, TEXT -> Attribute.of(property(), AttributeDefinition.STRING);
        };
  }

  static Optional<DocumentedKey> named(String key) {
    return Optional.ofNullable(BY_NAME.get(key));
  }

  static List<String> names() {
    return List.copyOf(BY_NAME.keySet());
  }

  /** As it is written in the file. */
  String key() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** As its owner reads it. */
  String property() {
    return Properties.name(key());
  }

  String pid() {
    return pid;
  }

  /** The value when the file has none. */
  Object standard() {
    return standard;
  }

  /** Whether it names a file or folder. */
  boolean isPath() {
    return path;
  }

  Attribute attribute() {
    return attribute;
  }
}
