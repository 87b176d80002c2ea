package kds.http.tls;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import kds.api.host.FileLook;
import kds.api.host.HostException;
import kds.api.host.OperatorFiles;
import kds.api.host.TrustedFiles;
import kds.http.pem.UnusableException;

/**
 * The pair of files {@code server_private_key} and {@code server_public_key}.
 *
 * @param trusted how files that decide over security are read
 * @param files how they are looked for and made
 * @param key the private key's file
 * @param certificate the certificate's file
 */
public record IdentityFiles(TrustedFiles trusted, OperatorFiles files, Path key, Path certificate) {
  private static final int MOST_BYTES = 256 * 1024;

  /**
   * Reads the pair; where neither file exists, makes a self-signed one first.
   *
   * @throws UnusableException when the pair cannot be used: the message says why and what to do
   */
  public Identity load() throws UnusableException {
    boolean hasKey = look(key).isPresent();
    boolean hasCertificate = look(certificate).isPresent();
    if (!hasKey && !hasCertificate) {
      SelfSigned.make(files, key, certificate);
    } else if (!hasKey || !hasCertificate) {
      Path there = hasKey ? key : certificate;
      Path missing = hasKey ? certificate : key;
      throw new UnusableException(
          missing
              + " is missing while "
              + there
              + " is there. Put the missing file in place, or remove the other one too to have a"
              + " self-signed pair made.");
    }
    byte[] keyBytes = read(key);
    refuseReadableByOthers();
    return Identity.read(keyBytes, key.toString(), read(certificate), certificate.toString());
  }

  /**
   * Whether this pair is one that the service made itself and may renew. A link is an operator's
   * doing and left to him.
   */
  public boolean ours(Identity identity) {
    try {
      return SelfSigned.made(identity)
          && look(certificate).filter(found -> isFile(found) && !found.link()).isPresent();
    } catch (UnusableException e) {
      return false;
    }
  }

  private static boolean isFile(FileLook found) {
    return found.kind() == FileLook.Kind.FILE;
  }

  private Optional<FileLook> look(Path file) throws UnusableException {
    try {
      return files.look(file, 0);
    } catch (HostException e) {
      throw new UnusableException(e.getMessage(), e);
    }
  }

  /**
   * Renews the certificate of a pair that is {@link #ours}, once its end is near or its beginning
   * is still to come (a clock that was wrong when it was made).
   *
   * @return the pair to use from now on, which may be the old one
   * @throws UnusableException when it is time, and it fails; the old one is still there
   */
  public Identity renewed(Identity identity, Instant now) throws UnusableException {
    boolean due = Validity.of(identity.chain().getFirst(), now).needsRenewal();
    if (!due || !ours(identity)) {
      return identity;
    }
    SelfSigned.renew(files, identity, certificate, now);
    return load();
  }

  private byte[] read(Path file) throws UnusableException {
    try {
      return trusted.read(file, MOST_BYTES);
    } catch (HostException e) {
      throw new UnusableException(e.getMessage(), e);
    }
  }

  /** A group may read (as Debian's ssl-cert does); everybody may not. */
  private void refuseReadableByOthers() throws UnusableException {
    if (look(key).filter(FileLook::isReadableByAll).isPresent()) {
      throw new UnusableException(
          "Everybody on this machine can read the private key "
              + key
              + ". Take it as known to others: make a new one, and keep it to yourself: chmod 600 "
              + key);
    }
  }
}
