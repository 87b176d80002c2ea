package kds.core.host;

import static kds.core.host.Host.read;
import static kds.core.host.Host.refusal;
import static kds.core.host.Host.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFolder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PathCorpusTest {
  private static TestUser user;
  private static Host host;
  private static HostFolder folder;

  @BeforeAll
  static void enter() throws Exception {
    user = TestUser.make();
    host = new Host();
    folder = host.downloads(user);
  }

  @AfterAll
  static void leave() {
    if (host != null) {
      folder.close();
      host.close();
    }
    if (user != null) {
      user.close();
    }
  }

  @Test
  void refusesEveryPathThatCannotBeMeantWell() throws Exception {
    user.sh("printf x > outside; mkdir -p Downloads/d; printf x > Downloads/d/f");
    Map<String, Reason> corpus = new TreeMap<>();
    for (String path :
        List.of(
            "..",
            "../outside",
            "d/../../outside",
            "d/../d/f",
            ".",
            "./d/f",
            "d/./f",
            "d/..",
            "/etc/passwd",
            "//etc/passwd",
            "/",
            "d//f",
            "d/f/",
            "/d/f",
            "d/",
            "a\0b",
            "\0",
            "d/f\0",
            "\ud800",
            "d/\udc00x",
            "d\ud83d",
            "../../../../../../etc/passwd",
            "...//..",
            "d/f/..")) {
      corpus.put(path, Reason.UNSAFE_PATH);
    }
    corpus.put("d/f/x", Reason.NOT_FOUND);
    corpus.put("..\\..\\etc\\passwd", Reason.NOT_FOUND);
    corpus.put("%2e%2e/outside", Reason.NOT_FOUND);
    corpus.put("..;/outside", Reason.NOT_FOUND);
    corpus.put("~root/x", Reason.NOT_FOUND);
    corpus.put("n".repeat(256), Reason.NAME_TOO_LONG);
    corpus.put("ü".repeat(128), Reason.NAME_TOO_LONG);
    corpus.put("d/".repeat(2048) + "f", Reason.NAME_TOO_LONG);
    corpus.put("d/".repeat(100_000) + "f", Reason.NAME_TOO_LONG);
    corpus.put(".kds-" + "0a".repeat(16) + ".part", Reason.UNSAFE_PATH);
    corpus.forEach(
        (path, reason) ->
            assertThat(refusal(() -> folder.open(path))).describedAs(path).isEqualTo(reason));
    assertThat(refusal(() -> folder.open(""))).isEqualTo(Reason.UNSAFE_PATH);
    corpus.forEach(
        (path, reason) -> {
          if (reason != Reason.NOT_FOUND) {
            assertThat(refusal(() -> folder.create(path, 1)))
                .describedAs("create %s", path)
                .isEqualTo(reason);
          }
        });
    assertThat(user.sh("cat outside")).isEqualTo("x");
  }

  @Test
  void takesEveryNameThatTheFileSystemTakes() throws Exception {
    for (String path :
        List.of(
            "back\\slash",
            "..\\..\\x",
            "semi;colon",
            "..;",
            "a b",
            " ",
            "-rf",
            "quote\"'`$(id)",
            "line\nbreak",
            "tab\t\u0007",
            "%2e%2e",
            "%00",
            "ünïcode",
            "日本語",
            "😀.txt",
            "e\u0301",
            "\u202egpj.exe",
            "...",
            ".hidden",
            "~",
            "*?[x]",
            "n".repeat(255),
            "ü".repeat(127) + "x",
            "con",
            "a:b",
            "deep/".repeat(300) + "f")) {
      write(folder, path, path);
      assertThat(read(folder, path)).isEqualTo(path);
      assertThat(refusal(() -> write(folder, path, "other"))).isEqualTo(Reason.EXISTS);
    }
    assertThat(folder.list("", 1000).leftOut()).isZero();
    assertThat(folder.list("", 1000).entries())
        .extracting(e -> e.name())
        .contains("back\\slash", "..;", "line\nbreak", "n".repeat(255), "\u202egpj.exe");
  }
}
