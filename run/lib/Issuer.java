import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A token issuer for trials: it makes a key pair and signs tokens with it (RS256), as Kasm
 * Workspaces would with its own key. One file without dependencies, so that a test can copy it.
 *
 * <p>{@code Issuer keys PRIVATE.pem PUBLIC.pem} makes the pair; {@code Issuer token PRIVATE.pem
 * SECONDS name=value …} prints a token with these claims, those with an empty value left out.
 */
void main(String[] args) throws IOException, GeneralSecurityException {
  switch (args[0]) {
    case "keys" -> makeKeys(Path.of(args[1]), Path.of(args[2]));
    case "token" -> IO.println(sign(Path.of(args[1]), claims(args)));
    default -> throw new IllegalArgumentException("Use: Issuer keys|token …");
  }
}

void makeKeys(Path privateFile, Path publicFile) throws IOException, GeneralSecurityException {
  KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
  generator.initialize(2048);
  KeyPair pair = generator.generateKeyPair();
  write(privateFile, "PRIVATE KEY", pair.getPrivate().getEncoded());
  write(publicFile, "PUBLIC KEY", pair.getPublic().getEncoded());
}

void write(Path file, String label, byte[] der) throws IOException {
  String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
  Set<PosixFilePermission> mode = PosixFilePermissions.fromString("rw-------");
  Path fresh = file.resolveSibling(file.getFileName() + ".new");
  Files.deleteIfExists(fresh);
  Files.createFile(fresh, PosixFilePermissions.asFileAttribute(mode));
  String pem = "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  Files.writeString(fresh, pem, StandardOpenOption.WRITE);
  Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
}

Map<String, Object> claims(String[] args) {
  long now = Instant.now().getEpochSecond();
  Map<String, Object> claims = new LinkedHashMap<>();
  claims.put("iat", now);
  claims.put("exp", now + Long.parseLong(args[2]));
  claims.put("jti", UUID.randomUUID().toString());
  for (int i = 3; i < args.length; i++) {
    int equals = args[i].indexOf('=');
    String name = args[i].substring(0, equals);
    if (equals < args[i].length() - 1) {
      claims.put(name, args[i].substring(equals + 1));
    } else {
      claims.remove(name);
    }
  }
  return claims;
}

String sign(Path privateFile, Map<String, Object> claims)
    throws IOException, GeneralSecurityException {
  String pem = Files.readString(privateFile).replaceAll("-----[A-Z ]+-----|\\s", "");
  PrivateKey key =
      KeyFactory.getInstance("RSA")
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
  String signed = encode("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + encode(json(claims));
  Signature signature = Signature.getInstance("SHA256withRSA");
  signature.initSign(key);
  signature.update(signed.getBytes(StandardCharsets.US_ASCII));
  return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
}

String encode(String json) {
  byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
  return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
}

String json(Map<String, Object> claims) {
  StringBuilder json = new StringBuilder("{");
  claims.forEach(
      (name, value) -> {
        json.append(json.length() > 1 ? "," : "").append(quote(name)).append(':');
        json.append(value instanceof Long ? value.toString() : quote(value.toString()));
      });
  return json.append('}').toString();
}

String quote(String text) {
  StringBuilder quoted = new StringBuilder("\"");
  for (char c : text.toCharArray()) {
    if (c < ' ' || c == '"' || c == '\\' || c > '~') {
      quoted.append("\\u%04x".formatted((int) c));
    } else {
      quoted.append(c);
    }
  }
  return quoted.append('"').toString();
}
