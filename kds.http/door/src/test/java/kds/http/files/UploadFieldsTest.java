package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploadFieldsTest {
  @Test
  void readsItemsAndPassesOverTheirParameters() {
    assertThat(UploadFields.integer("0")).hasValue(0);
    assertThat(UploadFields.integer(" 999999999999999")).hasValue(999_999_999_999_999L);
    assertThat(UploadFields.integer("7;a=b")).hasValue(7);
    assertThat(UploadFields.bool("?1")).isTrue();
    assertThat(UploadFields.bool("?0; x")).isFalse();
    assertThat(UploadFields.bool(true)).isEqualTo("?1");
    assertThat(UploadFields.bool(false)).isEqualTo("?0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1.0", "1 2", "1, 1", "1e3", "\"1\"", "1000000000000000", "?1"})
  void takesWhatIsNoIntegerAsAbsent(String field) {
    assertThat(UploadFields.integer(field)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "true", "?2", "?", "?1, ?1", "??1", "?1x"})
  void takesWhatIsNoBooleanAsAbsent(String field) {
    assertThat(UploadFields.bool(field)).isNull();
  }
}
