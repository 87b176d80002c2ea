package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
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
                Fallback.SHARED));
  }

  @Test
  void readsEverySetting() {
    Settings settings =
        Configs.settings(
            Map.of(
                "multi_user", false,
                "upload_dir", "/srv/up/",
                "download_dir", "/srv/./down",
                "max_upload_size", "10GiB",
                "on_conflict", "overwrite",
                "allow_upload", false,
                "allow_download", false,
                "fallback", "reject"));

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
                Fallback.REJECT));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "upload_dir, files, from the root",
    "download_dir, '', from the root",
    "max_upload_size, much, 10MiB",
    "max_upload_size, -1, 10MiB",
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
