package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SecretsTest {
  private static List<String> of(String mapping) {
    return Secrets.of(null, List.of(mapping));
  }

  @Test
  void knowsValuesByTheirNames() {
    assertThat(
            of(
                """
                {"name":"My Drive","type":"s3","target":"/OneDrive","bucket":"company-files",
                 "access_key_id":"AKIA1234567","secret_access_key":"wJalr/XUtnFEMI",
                 "client_secret":"abc def+ghi","nested":{"apiKey":"nested-key-1","region":"eu-central"},
                 "credentials":{"a":"inner-one","b":["inner-two",12345678]},"monkey":"banana-bread"}
                """))
        .contains("AKIA1234567", "wJalr/XUtnFEMI", "wJalr\\/XUtnFEMI", "wJalr%2FXUtnFEMI")
        .contains("abc def+ghi", "abc+def%2Bghi", "abc%20def%2Bghi")
        .contains("nested-key-1", "inner-one", "inner-two", "12345678")
        .doesNotContain("My Drive", "/OneDrive", "company-files", "eu-central", "banana-bread");
  }

  @Test
  void looksIntoJsonThatIsAText() {
    assertThat(
            of("{\"config\":\"{\\\"refresh_token\\\":\\\"1//0abcdef\\\",\\\"x\\\":\\\"y\\\"}\"}"))
        .contains("1//0abcdef");
  }

  @Test
  void takesTheLinesOfAKeyOneByOne() {
    assertThat(of("{\"private_key\":\"-----BEGIN-----\\nMIIEvQIBADAN\\nxyzxyzxyz\\n\"}"))
        .contains("MIIEvQIBADAN", "xyzxyzxyz");
  }

  @Test
  void whatIsNoJsonIsSecretAsAWhole() {
    assertThat(of("key=value-of-it")).contains("key=value-of-it");
  }

  @Test
  void shortWordsAreNotMasked() {
    assertThat(of("{\"password\":\"abc\"}")).isEmpty();
  }

  @Test
  void theTokenOfTheSessionIsOne() {
    assertThat(Secrets.of(House.context().request(), List.of())).contains(House.TOKEN);
  }
}
