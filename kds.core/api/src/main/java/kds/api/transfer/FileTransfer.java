package kds.api.transfer;

import kds.api.security.Caller;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Lists, opens and receives the files of a caller's session. Registered by the capability {@code
 * transfer}. Thread-safe; every method may block on the file system.
 *
 * <p>Every method throws {@link TransferException}, whose reason tells the caller's fault from the
 * server's.
 */
@ProviderType
public interface FileTransfer {
  /** The name of the capability, see {@link kds.api.capability.Capability#PROPERTY}. */
  String CAPABILITY = "transfer";

  /**
   * Lists a folder that the caller may download from.
   *
   * @param path the folder, empty for the topmost
   */
  Listing list(Caller caller, String path) throws TransferException;

  /**
   * Opens a file that the caller may download.
   *
   * @return open; the caller closes it
   */
  Download open(Caller caller, String path) throws TransferException;

  /**
   * Opens a folder, to download all that is below it.
   *
   * @param path the folder, empty for the topmost
   * @return open; the caller closes it
   */
  FolderDownload openFolder(Caller caller, String path) throws TransferException;

  /**
   * Begins an upload.
   *
   * @return open; the caller commits or closes it
   */
  Upload begin(Caller caller, UploadRequest request) throws TransferException;
}
