package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import kds.http.testing.ContractWatch;
import kds.http.testing.InHouse;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import kds.http.testing.TestDoor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FormUploadTest extends InHouse {
  @TempDir Path sources;

  private static String part(String disposition, String content) {
    return "--B\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
  }

  private static String file(String name, String content) {
    return part("name=\"file\"; filename=\"" + name + "\"", content);
  }

  private Answer post(String body) throws IOException {
    return post("/upload", body + "--B--\r\n");
  }

  private Answer post(String target, String body) throws IOException {
    return house.client.call(
        "POST",
        target,
        BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)),
        "Content-Type",
        "multipart/form-data; boundary=B");
  }

  private String read(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  private static List<String> statuses(Answer answer) {
    List<String> statuses = new ArrayList<>();
    for (JsonNode file : new JsonMapper().readTree(answer.text()).get("files")) {
      statuses.add(file.get("filename").asString() + " " + file.get("status"));
    }
    return statuses;
  }

  @Test
  void keepsTheTreeThatABrowserSends() throws Exception {
    Answer answer =
        post(
            file("project/src/main.c", "int main;")
                + file("project/ü 🎉.txt", "grüße")
                + file("say %22hi%22.txt", "hi")
                + file("top;semi.txt", ""));
    assertThat(answer.status()).isEqualTo(201);
    assertThat(statuses(answer))
        .containsExactly(
            "project/src/main.c 201",
            "project/ü 🎉.txt 201",
            "say \"hi\".txt 201",
            "top;semi.txt 201");
    assertThat(read("project/src/main.c")).isEqualTo("int main;");
    assertThat(read("project/ü 🎉.txt")).isEqualTo("grüße");
    assertThat(read("say \"hi\".txt")).isEqualTo("hi");
    assertThat(read("top;semi.txt")).isEmpty();
  }

  @Test
  void takesThePathOfTheFieldBeforeTheFile() throws Exception {
    Answer answer =
        post(
            part("name=\"path\"", "a/b/renamed.txt")
                + file("original.txt", "1")
                + part("name=\"path\"", "a/folder/")
                + file("kept.txt", "2")
                + file("plain.txt", "3"));
    assertThat(answer.status()).isEqualTo(201);
    assertThat(house.files.names())
        .containsExactly("a/b/renamed.txt", "a/folder/kept.txt", "plain.txt");
  }

  @Test
  void keepsWhatWasReceivedAndSaysWhatWasNot() throws Exception {
    house.files.limit = 10;
    Answer answer =
        post(
            file("one.txt", "1")
                + file("../escape.txt", "2")
                + file("/etc/absolute.txt", "2")
                + file("large.txt", "x".repeat(100_000))
                + part("name=\"other\"; filename=\"lost.txt\"", "3")
                + part("name=\"comment\"", "a plain field is passed over")
                + file("last.txt", "4"));
    assertThat(answer.status()).isEqualTo(207);
    assertThat(statuses(answer))
        .containsExactly(
            "one.txt 201",
            "../escape.txt 400",
            "/etc/absolute.txt 400",
            "large.txt 413",
            "lost.txt 400",
            "last.txt 201");
    assertThat(house.files.names()).containsExactly("last.txt", "one.txt");
    assertThat(Files.exists(folder.resolveSibling("escape.txt"))).isFalse();
  }

  @Test
  void answersWithTheProblemItselfWhenNothingWasReceived() throws Exception {
    house.files.limit = 1;
    Answer one = post(file("large.txt", "large"));
    assertThat(one.status()).isEqualTo(413);
    assertThat(one.text()).contains("urn:kds:problem:too-large").doesNotContain("\"files\"");
    Answer two = post(file("../x", "x") + file("large.txt", "large"));
    assertThat(two.status()).isEqualTo(400);
    assertThat(statuses(two)).containsExactly("../x 400", "large.txt 413");
  }

  @Test
  void appliesTheRulesOfTheRequestToEachFile() throws Exception {
    post(file("a.txt", "1"));
    assertThat(post("/upload?on_conflict=reject", file("a.txt", "2") + "--B--").status())
        .isEqualTo(409);
    Answer sha = post("/upload?sha256=true", file("a.txt", "hello") + "--B--");
    assertThat(sha.text()).contains("\"sha256\":\"2cf24dba", "\"path\":\"a (1).txt\"");
    Answer over = post("/upload?on_conflict=overwrite", file("a.txt", "3") + "--B--");
    assertThat(statuses(over)).containsExactly("a.txt 200");
    assertThat(read("a.txt")).isEqualTo("3");
  }

  @Test
  void refusesAFormWithoutAFile() throws Exception {
    assertThat(post(part("name=\"path\"", "x")).text()).contains("no-file");
    assertThat(post(file("", "")).text()).contains("no-file");
    assertThat(post(file("", "content without a name")).text()).contains("bad-form");
    assertThat(post(part("name=\"path\"", "x".repeat(5000)) + file("a", "b")).text())
        .contains("longer than 4096");
  }

  @Test
  void refusesABodyThatIsNoForm() throws Exception {
    Answer answer =
        house.client.call(
            "POST", "/upload", BodyPublishers.ofString("{}"), "Content-Type", "application/json");
    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.text()).contains("unsupported-media-type", "curl -F");
  }

  @Test
  void keepsTheFilesBeforeTheOneThatBreaksOff() throws Exception {
    String form = file("whole.txt", "whole") + file("cut.txt", "this is cut");
    byte[] body = form.substring(0, form.length() - 5).getBytes(StandardCharsets.UTF_8);
    String head =
        Raw.head(
            "POST",
            "/upload",
            "Authorization: " + TestDoor.FILES,
            "Content-Type: multipart/form-data; boundary=B",
            "Content-Length: 100000");
    byte[] all = (head + new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    Answer answer = Raw.send(house.door.port(), all, true);
    ContractWatch.check("POST", "/upload", answer);
    assertThat(answer.status()).isEqualTo(207);
    assertThat(statuses(answer)).containsExactly("whole.txt 201", " 400");
    assertThat(house.files.open.await(0)).isZero();
    assertThat(house.gate.leases.await(0)).isZero();
    assertThat(house.files.names()).containsExactly("whole.txt");
  }

  @Test
  void saysThatAFormIsMalformed() throws Exception {
    Answer answer = post("/upload", file("whole.txt", "whole") + file("cut.txt", "no end"));
    assertThat(answer.status()).isEqualTo(207);
    assertThat(answer.text()).contains("bad-form", "ends before its closing boundary");
    assertThat(house.files.names()).containsExactly("whole.txt");
  }

  @Test
  void receivesAThousandFilesInOneForm() throws Exception {
    StringBuilder form = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      form.append(file("tree/" + i % 10 + "/f" + i, "content " + i));
    }
    assertThat(post(form.toString()).status()).isEqualTo(201);
    assertThat(house.files.names()).hasSize(1000);
    assertThat(read("tree/9/f999")).isEqualTo("content 999");
  }

  @Test
  void acceptsWhatCurlSends() throws Exception {
    byte[] content = new byte[2_500_000];
    new Random(3).nextBytes(content);
    Path large = Files.write(sources.resolve("large ü \"q\".bin"), content);
    Path small = Files.writeString(sources.resolve("small.txt"), "small");
    Process curl =
        new ProcessBuilder(
                "curl",
                "-sS",
                "-w",
                "\n%{http_code}",
                "-H",
                "Authorization: " + TestDoor.FILES,
                "-F",
                "file=@\"" + large.toString().replace("\"", "\\\"") + "\"",
                "-F",
                "path=from/curl/renamed.txt",
                "-F",
                "file=@" + small,
                "-F",
                "file=@" + small + ";filename=sub/dir/x.txt",
                house.door.uri("/upload").toString())
            .redirectErrorStream(true)
            .start();
    String out;
    try (InputStream in = curl.getInputStream()) {
      out = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(out).endsWith("\n201");
    assertThat(house.files.names())
        .containsExactly("from/curl/renamed.txt", "large ü \"q\".bin", "sub/dir/x.txt");
    assertThat(Files.readAllBytes(folder.resolve("large ü \"q\".bin"))).isEqualTo(content);
  }

  @Test
  void givesUpOnAFormOfWhichNothingIsOfUse() throws Exception {
    String body = file("a//b", "x").repeat(FormUpload.MOST_REFUSED + 500);
    Answer answer = post(file("good", "x") + body);
    assertThat(answer.status()).isEqualTo(207);
    JsonNode files = new JsonMapper().readTree(answer.text()).get("files");
    assertThat(files.size()).isEqualTo(1 + FormUpload.MOST_REFUSED + 1);
    assertThat(files.get(files.size() - 1).at("/problem/detail").asString())
        .startsWith("1000 files of the form were refused");
  }

  @Test
  void answersNamesThatAreTooLongInShort() throws Exception {
    Answer answer = post(file("good", "x") + file("n/".repeat(3000) + "n", "x"));
    assertThat(statuses(answer)).containsExactly("good 201", "n/".repeat(100) + "… 400");
  }

  @Test
  void readsNoMoreNamesThanItCanAnswer() throws Exception {
    String longest = file("f".repeat(4000), "");
    String body = file("good", "x") + longest.repeat(FormUpload.MOST_NAMED / 4000 + 100);
    Answer answer = post(body);
    assertThat(answer.body().length).isLessThan(2 * FormUpload.MOST_NAMED);
    assertThat(answer.text()).contains("The names of the form's files are longer");
  }
}
