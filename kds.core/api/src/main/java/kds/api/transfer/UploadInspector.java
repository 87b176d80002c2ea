package kds.api.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import kds.api.security.Caller;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Looks at uploads before they are published. Register it as a service: each upload is shown to
 * every inspector, on every way in, when it is complete and on the device but has no name yet. One
 * refusal is enough, and then nothing of it is ever seen.
 *
 * <p>Called from many threads at once, which may block. An inspector that throws, or does not
 * answer within the configured time (its thread is interrupted then), has refused.
 *
 * <p>While an inspector is registered, uploads that begin belong to the service until they are
 * published, so that the user cannot change what was inspected. Those in several goes are the
 * user's own while they grow; of these a copy that belongs to the service is made when they are
 * complete, and that copy is what is inspected and published.
 */
@ConsumerType
public interface UploadInspector {
  /**
   * Looks at an upload.
   *
   * @throws Exception when it could not be looked at, which refuses it
   */
  Verdict inspect(Inspected upload) throws Exception;

  /** What becomes of an upload. */
  sealed interface Verdict {}

  /** It may be published, if the other inspectors agree. */
  record Allow() implements Verdict {}

  /**
   * It may not.
   *
   * @param reason why, in words fit for the person who uploads
   */
  record Refuse(String reason) implements Verdict {
    /** Checks that there is a reason. */
    public Refuse {
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** An upload as an inspector sees it, good only until the inspector has answered. */
  @ProviderType
  interface Inspected {
    /** Who uploads. */
    Caller caller();

    /** Which folder it goes to. */
    Place place();

    /** The wanted path in it; the name may yet get a number. */
    String path();

    /** Bytes. */
    long size();

    /** CRC32C, eight lower-case hex digits. */
    String crc32c();

    /**
     * SHA-256 in lower-case hex; null when no inspector was there as the upload began, unless it
     * came in several goes.
     */
    @Nullable String sha256();

    /**
     * Reads at a place.
     *
     * @param into a direct buffer, filled from its position
     * @param position in bytes from the beginning
     * @return how many bytes were read, at least one, or -1 at the end
     */
    int read(ByteBuffer into, long position) throws IOException;
  }
}
