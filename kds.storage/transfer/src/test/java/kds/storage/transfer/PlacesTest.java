package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import kds.api.host.HostException;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.transfer.Place;
import kds.api.transfer.TransferException;
import kds.storage.transfer.Places.Choice;
import kds.storage.transfer.Places.Home;
import kds.storage.transfer.Places.Shared;
import kds.storage.transfer.Places.Use;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlacesTest {
  /**
   * Every branch of the behaviour page's "Uploads and Downloads on Multi-user Systems". A
   * credential type {@code any} stands for all; the answer is {@code home}, {@code home, made}, or
   * a shared folder's reason, or {@code refused}.
   */
  @ParameterizedTest(name = "multi-user {0}, {1}, name {2}, fallback {3}: {4}")
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "false | any         | ann                | shared | SINGLE_USER",
        "false | any         | none               | shared | SINGLE_USER",
        "false | any         | ann                | reject | SINGLE_USER",
        "false | any         | none               | reject | SINGLE_USER",
        "true  | prompt_user | none               | shared | PROMPT_USER",
        "true  | prompt_user | ann                | shared | PROMPT_USER",
        "true  | prompt_user | none               | reject | PROMPT_USER",
        "true  | static      | ann                | shared | home",
        "true  | static      | ann                | reject | home",
        "true  | static      | none               | shared | NO_USERNAME",
        "true  | static      | ''                 | shared | NO_USERNAME",
        "true  | static      | '  '               | shared | NO_USERNAME",
        "true  | static      | username not found | shared | NO_USERNAME",
        "true  | static      | none               | reject | refused",
        "true  | static      | username not found | reject | refused",
        "true  | dynamic     | ann                | shared | home, made",
        "true  | dynamic     | none               | shared | NO_USERNAME",
        "true  | dynamic     | none               | reject | refused",
        "true  | sso         | ann                | shared | home, made",
        "true  | sso         | none               | shared | NO_USERNAME",
        "true  | sso         | username not found | shared | NO_USERNAME",
        "true  | sso         | none               | reject | refused",
        "true  | smartcard   | ann                | shared | home, made",
        "true  | smartcard   | none               | shared | NO_USERNAME",
        "true  | smartcard   | none               | reject | refused",
      })
  void picksTheDocumentedFolder(
      boolean multiUser, String type, String username, String fallback, String expected) {
    Settings settings = settings(multiUser, fallback);
    for (CredentialType each : CredentialType.values()) {
      if (type.equals("any") || type.equals(each.word())) {
        Session session = session(each, username);
        for (Use use : Use.values()) {
          assertThat(answer(() -> Places.first(settings, session, use)))
              .as("%s %s", each, use)
              .isEqualTo(expected(expected, use));
        }
      }
    }
  }

  /** What follows when the machine says no to the home's folder. */
  @ParameterizedTest(name = "{0}, home {1}, fallback {2}: {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "static    | NOT_FOUND    | shared | NO_DOWNLOADS_FOLDER",
        "static    | WRONG_KIND   | shared | NO_DOWNLOADS_FOLDER",
        "static    | UNSAFE_PATH  | shared | NO_DOWNLOADS_FOLDER",
        "static    | FOREIGN      | shared | FOREIGN_DOWNLOADS_FOLDER",
        "static    | NOT_FOUND    | reject | refused",
        "static    | FOREIGN      | reject | refused",
        "static    | DENIED       | shared | stands",
        "static    | TIMEOUT      | shared | stands",
        "static    | UNPRIVILEGED | shared | stands",
        "static    | IO           | shared | stands",
        "dynamic   | NOT_FOUND    | shared | stands",
        "dynamic   | FOREIGN      | shared | stands",
        "sso       | FOREIGN      | shared | stands",
        "sso       | UNSAFE_PATH  | shared | stands",
        "smartcard | FOREIGN      | shared | stands",
        "smartcard | WRONG_KIND   | shared | stands",
      })
  void fallsBackForStaticCredentialsOnly(
      String type, HostException.Reason failure, String fallback, String expected) {
    Settings settings = settings(true, fallback);
    Session session = session(CredentialType.of(type), "ann");
    for (Use use : Use.values()) {
      assertThat(
              answer(
                  () -> {
                    Optional<Choice> instead = Places.instead(settings, session, use, failure);
                    return instead.orElse(null);
                  }))
          .as("%s", use)
          .isEqualTo(expected(expected, use));
    }
  }

  @ParameterizedTest
  @EnumSource(Place.Reason.class)
  void explainsEveryReasonInASentence(Place.Reason reason) {
    Place place = Places.place(Place.Kind.SHARED, Path.of("/srv/up"), reason);

    assertThat(place.explanation()).endsWith(".").doesNotContain("/srv");
  }

  @Test
  void warnsThatOthersSeeASharedFolder() {
    assertThat(
            Places.place(Place.Kind.SHARED, Path.of("/srv/up"), Place.Reason.PROMPT_USER)
                .explanation())
        .contains("where all its users see them");
  }

  @Test
  void tellsWhatToDoWhereTheFallbackIsRefused() {
    Settings settings = settings(true, "reject");
    Session session = session(CredentialType.STATIC, null);

    assertThat(answer(() -> Places.first(settings, session, Use.UPLOAD))).isEqualTo("refused");
    assertThat(refusal(() -> Places.first(settings, session, Use.UPLOAD)))
        .hasMessageContaining("username not found")
        .hasMessageContaining("Connection Username")
        .hasMessageContaining("fallback: shared");
  }

  private interface Question {
    Choice ask() throws TransferException;
  }

  private static TransferException refusal(Question question) {
    return catchThrowableOfType(TransferException.class, question::ask);
  }

  private static String answer(Question question) {
    try {
      return switch (question.ask()) {
        case null -> "stands";
        case Home(String name, boolean create) -> name + (create ? " home, made" : " home");
        case Shared(Path folder, Place.Reason reason) -> folder + " " + reason;
      };
    } catch (TransferException e) {
      assertThat(e.reason()).isEqualTo(TransferException.Reason.NO_FOLDER);
      return "refused";
    }
  }

  private static String expected(String word, Use use) {
    if (word.equals("refused") || word.equals("stands")) {
      return word;
    }
    if (word.startsWith("home")) {
      return "ann " + word;
    }
    return (use == Use.UPLOAD ? "/srv/up " : "/srv/down ") + word;
  }

  private static Settings settings(boolean multiUser, String fallback) {
    return Configs.settings(
        Map.of(
            "multi_user",
            multiUser,
            "fallback",
            fallback,
            "upload_dir",
            "/srv/up",
            "download_dir",
            "/srv/down"));
  }

  private static Session session(CredentialType type, String username) {
    return new Session(Server.KASM_ID, "kasm-user-1", username, null, type);
  }
}
