package kds.core.config;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Files that are refused: what is wrong, where it is told, and what is said to do. */
final class BadTexts {
  private BadTexts() {}

  static Stream<Arguments> all() {
    return Stream.of(
            syntax(), whatYamlWouldLetThrough(), documentedKeys(), blocksOfBundles(), switches())
        .flatMap(texts -> texts);
  }

  private static Stream<Arguments> syntax() {
    return Stream.of(
        bad("a tab", "port: 4902\ntoy:\n\tcount: 3\n", "3:1", "", "with spaces, not with tabs"),
        bad("no colon", "port: 4902\ntoy\ncount: 3\n", "2:1", "", "Check the indentation"),
        bad(
            "half a quote",
            "port: 4902\napi_host: \"kasm.ex",
            "2:19",
            "api_host",
            "Close the quote"),
        bad("half a list", "toy:\n  hosts: [a, b", "2:15", "hosts", "Close the quote or bracket"),
        bad("half a key", "port: 4902\nser", "2:1", "", "Check the indentation"),
        bad("two colons", "api_host: a: b\n", "1:12", "api_host", "between quotes"),
        bad("wrong nesting", "toy:\n  count: 3\n port: 4902\n", "3:2", "port", "indentation"),
        bad("a stray %", "port: %4902\n", "1:7", "port", "between quotes"),
        bad("a stray @", "api_host: @kasm\n", "1:11", "api_host", "between quotes"),
        bad("an unknown alias", "api_host: *kasm\n", "1:11", "api_host", "begins with * between"),
        bad("two documents", "port: 4902\n---\nport: 4903\n", "2:1", "", "single document"),
        bad("a list", "- port: 4902\n", "1:1", "", "Write at least one key"),
        bad("a word", "port\n", "1:1", "", "Write at least one key"),
        bad("nothing", "", "", "", "The file is empty. Write at least one key"),
        bad("only comments", "# port: 4902\n\n", "", "", "The file is empty"),
        bad("an empty mapping", "{}\n", "", "", "The file is empty"));
  }

  private static Stream<Arguments> whatYamlWouldLetThrough() {
    String aliases =
        "a: &a x\nb: ["
            + IntStream.range(0, 30).mapToObj(i -> "*a").collect(Collectors.joining(", "))
            + "]\n";
    String bomb =
        "l0: &l0 {k: v}\n"
            + IntStream.range(1, 30)
                .mapToObj(
                    i -> "l" + i + ": &l" + i + " {a: *l" + (i - 1) + ", b: *l" + (i - 1) + "}")
                .collect(Collectors.joining("\n"));
    return Stream.of(
        bad("a key twice", "port: 1\nssl: true\nport: 2\n", "3:1", "port", "line 1. Remove one"),
        bad("an inner key twice", "toy:\n  count: 1\n  count: 2\n", "3:3", "toy.count", "Remove"),
        bad(
            "a key twice in two ways",
            "toy:\n  time_out: 1m\n  time: {out: 2m}\n",
            "3:10",
            "toy.time.out",
            "Remove one"),
        bad(
            "a block by two names",
            "toy: {count: 1}\nkds.toy: {count: 2}\n",
            "2:1",
            "kds.toy",
            "Put all"),
        bad("many aliases", aliases, "2:", "", "more than 20 aliases"),
        bad("an alias bomb", bomb, "12:", "", "Write the values out"),
        bad("an alias of itself", "toy: &t\n  label: *t\n", "1:6", "toy.label", "Write the values"),
        bad("a merge", "a: &a {x: 1}\ntoy:\n  <<: *a\n", "3:3", "toy", "Write the keys out"),
        bad("a tag", "toy:\n  label: !!java.net.URL [x]\n", "2:10", "label", "Remove the tag"),
        bad("a blank tag", "toy:\n  label: !%0b x\n", "2:10", "", "Remove the tag"),
        bad(
            "a character that is none",
            "toy:\n  label: \"\\UFFFFFFFF\"\n",
            "2:8",
            "label",
            "backslash"),
        bad("a list as key", "? [a]\n: b\n", "1:3", "", "key: value"),
        bad(
            "deep nesting",
            "toy: " + "{a: ".repeat(60) + "1" + "}".repeat(60),
            "1:50",
            "",
            "more than 12 deep"));
  }

  private static Stream<Arguments> documentedKeys() {
    return Stream.of(
        bad("a word for a port", "port: https\n", "1:7", "port", "whole number from 0 to 65535"),
        bad("too large a port", "ssl: true\nport: 70000\n", "2:7", "port", "out of range"),
        bad("no port", "api_port: 0\n", "1:11", "api_port", "from 1 to 65535"),
        bad("an octal port", "port: 0443\n", "1:7", "port", "not a whole number"),
        bad("a decimal port", "port: 4902.5\n", "1:7", "port", "not a whole number"),
        bad("a word for a flag", "ssl: maybe\n", "1:6", "ssl", "Write true or false"),
        bad(
            "a list for a flag",
            "multi_user: [true]\n",
            "1:13",
            "multi_user",
            "one value is wanted"),
        bad("a block for a port", "port:\n  http: 1\n", "2:3", "port", "one value is wanted"),
        bad(
            "a relative path",
            "upload_dir: Upload\n",
            "1:13",
            "upload_dir",
            "Write the whole path"),
        bad("a near miss", "multi_usr: false\n", "1:1", "multi_usr", "Did you mean multi_user?"),
        bad("another near miss", "jwt_pubic_key: /a\n", "1:1", "jwt_pubic_key", "jwt_public_key?"),
        bad(
            "documented in a block",
            "kds.transfer: {user_sso: on}\n",
            "1:16",
            "kds.transfer.user_sso",
            "Move it out of the block"));
  }

  private static Stream<Arguments> blocksOfBundles() {
    return Stream.of(
        bad("a word for a number", "toy:\n  count: many\n", "2:10", "toy.count", "from 1 to 10"),
        bad("too little", "toy: {count: 0}\n", "1:14", "toy.count", "out of range"),
        bad("too much", "toy: {ratio: 1.5}\n", "1:14", "toy.ratio", "a number from 0 to 1"),
        bad("more than a long", "toy: {big: 9223372036854775808}\n", "1:12", "toy.big", "smaller"),
        bad(
            "no option",
            "toy: {on_conflict: renam}\n",
            "1:20",
            "toy.on_conflict",
            "Did you mean rename? Write rename, overwrite, reject."),
        bad(
            "no size",
            "toy: {max_upload_size: 10 apples}\n",
            "1:24",
            "toy.max_upload_size",
            "not a size. Write it like 10MiB"),
        bad(
            "too small a size",
            "toy: {max_upload_size: 1}\n",
            "1:24",
            "toy.max_upload_size",
            "Write at least 1KiB"),
        bad(
            "too large a size",
            "toy: {max_upload_size: 2TiB}\n",
            "1:24",
            "toy.max_upload_size",
            "Write at most 1TiB"),
        bad("no duration", "toy: {time_out: 5}\n", "1:17", "toy.time_out", "Write it like 5m"),
        bad("too short", "toy: {time_out: 10ms}\n", "1:17", "toy.time_out", "Write at least 1s"),
        bad("one of many", "toy: {ports: [1, x]}\n", "1:14", "toy.ports", "'x' is not"),
        bad("too many", "toy: {ports: [1, 2, 3, 4]}\n", "1:14", "toy.ports", "at most 3"),
        bad("a block in a list", "toy:\n  hosts:\n  - a: 1\n", "3:3", "toy.hosts", "single values"),
        bad("an unknown key", "toy:\n  cuont: 3\n", "2:3", "toy.cuont", "Did you mean count?"),
        bad(
            "an unknown inner key",
            "toy:\n  brute_force:\n    atempts: 3\n",
            "3:5",
            "toy.brute_force.atempts",
            "Did you mean attempts? Known here: "),
        bad("a key from elsewhere", "toy: {quality: 75}\n", "1:7", "toy.quality", "Known here: "));
  }

  private static Stream<Arguments> switches() {
    return Stream.of(
        bad("no switch", "capabilities: {toy: maybe}\n", "1:21", "capabilities.toy", "\"on\" or"),
        bad("switches as a word", "capabilities: on\n", "1:15", "capabilities", "Write 'capab"),
        bad("a block without a name", "\"a b\": {x: 1}\n", "1:1", "a b", "Use letters"));
  }

  private static Arguments bad(String what, String text, String place, String key, String remedy) {
    return Arguments.of(what, text, place, key, remedy);
  }
}
