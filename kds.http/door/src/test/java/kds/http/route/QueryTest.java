package kds.http.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import kds.api.transfer.UploadRequest.OnConflict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {
  @Test
  void readsParametersAsFormsWriteThem() throws Refusal {
    Query query = Query.of("path=a+b%2Fc%2Bd&empty=&bare&x=1=2&&%C3%BC=%C3%9F");
    assertThat(query.value("path")).contains("a b/c+d");
    assertThat(query.value("empty")).contains("");
    assertThat(query.value("bare")).contains("");
    assertThat(query.value("x")).contains("1=2");
    assertThat(query.value("ü")).contains("ß");
    assertThat(query.value("absent")).isEmpty();
    assertThat(Query.of(null).value("x")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"path=a&path=b", "path=%", "path=%C0%AF", "%zz=1", "a=\uFFFD"})
  void refusesWhatIsAmbiguous(String raw) {
    assertThatThrownBy(() -> Query.of(raw)).isInstanceOf(Refusal.class);
  }

  @Test
  void readsFlagsAndWords() throws Refusal {
    Query query = Query.of("yes=true&no=false&maybe=1&on_conflict=overwrite&bad=OVERWRITE");
    assertThat(query.flag("yes")).isTrue();
    assertThat(query.flag("no")).isFalse();
    assertThat(query.flag("absent")).isFalse();
    assertThatThrownBy(() -> query.flag("maybe")).hasMessageContaining("true or false");
    assertThat(query.word("on_conflict", OnConflict.class)).isEqualTo(OnConflict.OVERWRITE);
    assertThat(query.word("absent", OnConflict.class)).isNull();
    assertThatThrownBy(() -> query.word("bad", OnConflict.class))
        .hasMessageContaining("rename, overwrite, reject");
  }
}
