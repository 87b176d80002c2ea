package kds.storage.transfer;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import kds.api.transfer.UploadRequest.OnConflict;
import kds.storage.transfer.Settings.Fallback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  @Test
  void hasTheDocumentedDefaults() {
    assertThat(Configs.settings(Map.of()))
        .isEqualTo(
            new Settings(
                true,
                Path.of("/opt/kasm-desktop-service/Upload"),
                Path.of("/opt/kasm-desktop-service/Download"),
                0,
                OnConflict.RENAME,
                true,
                true,
                Fallback.SHARED,
                new Policies(0, Duration.ZERO, 0, Duration.ofMinutes(2), false)));
  }

  @Test
  void readsEverySetting() {
    Settings settings =
        Configs.settings(
            Map.ofEntries(
                entry("multi_user", false),
                entry("upload_dir", "/srv/up/"),
                entry("download_dir", "/srv/./down"),
                entry("max_upload_size", "10GiB"),
                entry("on_conflict", "overwrite"),
                entry("allow_upload", false),
                entry("allow_download", false),
                entry("fallback", "reject"),
                entry("min_free_space", "5GiB"),
                entry("min_interval", "10s"),
                entry("bandwidth", "1MiB"),
                entry("inspection_timeout", "3s"),
                entry("require_inspection", true)));

    assertThat(settings)
        .isEqualTo(
            new Settings(
                false,
                Path.of("/srv/up"),
                Path.of("/srv/down"),
                10L << 30,
                OnConflict.OVERWRITE,
                false,
                false,
                Fallback.REJECT,
                new Policies(
                    5L << 30, Duration.ofSeconds(10), 1 << 20, Duration.ofSeconds(3), true)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "upload_dir, files, from the root",
    "download_dir, '', from the root",
    "max_upload_size, much, 10MiB",
    "max_upload_size, -1, 10MiB",
    "min_free_space, some, 10MiB",
    "min_interval, often, 5m",
    "bandwidth, fast, 10MiB",
    "on_conflict, ask, 'rename, overwrite, reject'",
    "fallback, maybe, 'shared, reject'"
  })
  void refusesWhatItCannotReadNamingTheKeyAndHowToWriteIt(String key, String value, String remedy) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Configs.settings(Map.of(key, value)))
        .withMessageContaining(key)
        .withMessageContaining(value)
        .withMessageContaining(remedy);
  }
}
