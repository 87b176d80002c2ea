package kds.storage.transfer;

import java.util.EnumSet;
import java.util.Set;
import kds.api.host.HostException;
import kds.api.host.HostFile;
import kds.storage.transfer.Folders.Entered;

/**
 * Finds out, after the service died, whether a copy had got the name that was being tried. The part
 * it was made of is still there then, so only the content under that name tells.
 */
record NamedCopy(Entered entered) {
  /** What a user may have put there instead. */
  private static final Set<HostException.Reason> ANOTHER =
      EnumSet.of(
          HostException.Reason.NOT_FOUND,
          HostException.Reason.WRONG_KIND,
          HostException.Reason.UNSAFE_PATH,
          HostException.Reason.DENIED);

  /** Whether what was received is there. */
  boolean isThere(UploadState state) throws HostException {
    if (!state.isCopied() || state.publishing() == null) {
      return false;
    }
    try (HostFile file = entered.folder().open(state.receiptOfPublished().path())) {
      if (file.size() != state.offset()) {
        return false;
      }
      Crc32cSum sum = new Crc32cSum(0);
      PartReader.read(file::read, 0, file.size(), sum::update);
      return sum.mark() == state.crc32c();
    } catch (HostException e) {
      if (ANOTHER.contains(e.reason())) {
        return false;
      }
      throw e;
    }
  }
}
