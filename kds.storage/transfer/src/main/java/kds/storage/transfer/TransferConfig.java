package kds.storage.transfer;

import kds.api.config.DurationValue;
import kds.api.config.SizeValue;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * The documented keys that tell where files go, and the block {@code transfer}. A member {@code
 * max_upload_size} is the property {@code max.upload.size}.
 */
@ObjectClassDefinition(
    id = TransferConfig.PID,
    name = "Transfer",
    description = "Where uploads and downloads go, and what is allowed")
@interface TransferConfig {
  /** The configuration's PID. */
  String PID = "kds.transfer";

  @AttributeDefinition(
      description =
          "Whether several people use this server, each with an account and a home of their own.")
  boolean multi_user() default true;

  @AttributeDefinition(
      description =
          "Whether Kasm users are mapped to Linux users through SSO. Kept for the deployment; where"
              + " files go follows each session's own credential type.")
  boolean user_sso() default false;

  @AttributeDefinition(description = "The shared folder for uploads, absolute.")
  String upload_dir() default "/opt/kasm-desktop-service/Upload";

  @AttributeDefinition(description = "The shared folder that downloads come from, absolute.")
  String download_dir() default "/opt/kasm-desktop-service/Download";

  @AttributeDefinition(description = "The largest upload, as 10GiB; 0 for no limit.")
  @SizeValue
  String max_upload_size() default "0";

  @AttributeDefinition(
      description = "What to do when the name of an upload is taken.",
      options = {
        @Option(label = "publish as 'name (1).ext'", value = "rename"),
        @Option(label = "replace the older file", value = "overwrite"),
        @Option(label = "refuse the upload", value = "reject")
      })
  String on_conflict() default "rename";

  @AttributeDefinition(description = "Whether files may be uploaded.")
  boolean allow_upload() default true;

  @AttributeDefinition(description = "Whether files may be listed and downloaded.")
  boolean allow_download() default true;

  @AttributeDefinition(
      description = "The space that uploads leave free on the file system, as 5GiB; 0 for none.")
  @SizeValue
  String min_free_space() default "0";

  @AttributeDefinition(
      description =
          "The least time between the beginnings of two transfers of a session, as 10s; 0s for"
              + " none.")
  @DurationValue(max = "1d")
  String min_interval() default "0s";

  @AttributeDefinition(
      description =
          "What all transfers of a session together may move in a second, as 10MiB; 0 for no"
              + " limit.")
  @SizeValue
  String bandwidth() default "0";

  @AttributeDefinition(
      description =
          "How long the inspectors of uploads may take for one of them, all together. One that takes"
              + " longer has refused it.")
  @DurationValue(min = "100ms", max = "1d")
  String inspection_timeout() default "2m";

  @AttributeDefinition(
      description = "Whether uploads are refused while no inspector of uploads is there.")
  boolean require_inspection() default false;

  @AttributeDefinition(
      description = "What to do when the user's own Downloads folder cannot be used.",
      options = {
        @Option(label = "use the shared folders, as documented", value = "shared"),
        @Option(label = "refuse", value = "reject")
      })
  String fallback() default "shared";

  @AttributeDefinition(
      description =
          "How long an unfinished upload that can be gone on with is kept after its last byte.")
  @DurationValue(min = "1m", max = "14d")
  String upload_expires() default "24h";
}
