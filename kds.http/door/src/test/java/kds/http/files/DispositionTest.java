package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DispositionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        " form-data; name=\"file\"; filename=\"a.txt\" | a.txt",
        "form-data; name=file; filename=a.txt | a.txt",
        "FORM-DATA;NAME=\"file\";FILENAME=\"a.txt\" | a.txt",
        "form-data; filename=\"x; name=y.txt\"; name=\"file\" | x; name=y.txt",
        "form-data; name=\"file\"; filename=\"say %22hi%22.txt\" | say \"hi\".txt",
        "form-data; name=\"file\"; filename=\"say \\\"hi\\\".txt\" | say \"hi\".txt",
        "form-data; name=\"file\"; filename=\"say \\\"hi\\\"\" | say \"hi\"",
        "form-data; name=\"file\"; filename=\"100%25 %41.txt\" | 100%25 %41.txt",
        "form-data; name=\"file\"; filename=\"C:\\dir\\a.txt\" | C:\\dir\\a.txt",
        "form-data; name=\"file\"; filename=\"ends in \\\" | ends in \\",
        "form-data; name=\"file\"; filename=\"a/b/ü 🎉.txt\" | a/b/ü 🎉.txt",
        "form-data; name=\"file\"; filename=\"u.txt\"; filename*=UTF-8''%C3%BC%20x.txt | ü x.txt",
        "form-data; name=\"file\"; filename*=utf-8'de'%C3%BC.txt; filename=\"u.txt\" | ü.txt",
        "form-data; name=\"file\"; filename=\"\" ; | ``",
        "form-data; name=\"file\"; filename=\"==;;==\" | ==;;==",
      })
  void readsTheNamesThatClientsWrite(String value, String filename) throws Exception {
    assertThat(Disposition.of(value)).isEqualTo(new Disposition("file", filename));
  }

  @Test
  void readsAnEscapedLineEndAsWhatItIs() throws Exception {
    assertThat(Disposition.of("form-data; name=\"file\"; filename=\"a%0D%0Ab\"").filename())
        .isEqualTo("a\r\nb");
  }

  @Test
  void refusesAnExtendedNameThatIsNoUtf8() {
    for (String bad : new String[] {"UTF-8''%C3", "UTF-8''%C0%AF", "latin1''%FC", "UTF-8'x", "x"}) {
      assertThatThrownBy(() -> Disposition.of("form-data; name=\"file\"; filename*=" + bad))
          .isInstanceOf(MalformedException.class);
    }
  }
}
