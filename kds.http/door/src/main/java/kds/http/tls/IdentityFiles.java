package kds.http.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Set;
import kds.api.host.HostException;
import kds.api.host.TrustedFiles;
import kds.http.pem.UnusableException;

/**
 * The pair of files {@code server_private_key} and {@code server_public_key}.
 *
 * @param trusted how files that decide over security are read
 * @param key the private key's file
 * @param certificate the certificate's file
 */
public record IdentityFiles(TrustedFiles trusted, Path key, Path certificate) {
  private static final int MOST_BYTES = 256 * 1024;

  /**
   * Reads the pair; where neither file exists, makes a self-signed one first.
   *
   * @throws UnusableException when the pair cannot be used: the message says why and what to do
   */
  public Identity load() throws UnusableException {
    boolean hasKey = Files.exists(key, LinkOption.NOFOLLOW_LINKS);
    boolean hasCertificate = Files.exists(certificate, LinkOption.NOFOLLOW_LINKS);
    if (!hasKey && !hasCertificate) {
      SelfSigned.make(key, certificate);
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
    return SelfSigned.made(identity) && Files.isRegularFile(certificate, LinkOption.NOFOLLOW_LINKS);
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
    SelfSigned.renew(identity, certificate, now);
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
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(key);
      if (mode.contains(PosixFilePermission.OTHERS_READ)) {
        throw new UnusableException(
            "Everybody on this machine can read the private key "
                + key
                + ". Take it as known to others: make a new one, and keep it to yourself: chmod"
                + " 600 "
                + key);
      }
    } catch (IOException e) {
      throw new UnusableException("The mode of " + key + " cannot be read: " + e.getMessage(), e);
    }
  }
}
