import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A session of the benchmark. */
record Seat(String kasmId, int number) {
  private static final List<String> NAMES =
      List.of(
          "user_id", "username", "kasm_id", "kasm_user", "jwt_token", "api_port", "storage_mapping");
  private static final Pattern HEAD = Pattern.compile("\"head\":\"(.*)\",\"tail\":\"\"");

  static List<Seat> some(int count) {
    List<Seat> seats = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      seats.add(new Seat(UUID.randomUUID().toString(), number));
    }
    return seats;
  }

  String order() {
    return ("{\"kasm_id\":\"%s\",\"user_id\":\"user-%d\",\"username\":\"benchuser%d\","
            + "\"kasm_user\":\"person %d\",\"credential_type\":\"dynamic\","
            + "\"jwt_token\":\"token-%s\"}")
        .formatted(kasmId, number, number, number, kasmId);
  }

  /** What a script of this session has to find. */
  String value(String name) {
    return switch (name) {
      case "user_id" -> "user-" + number;
      case "username" -> "benchuser" + number;
      case "kasm_id" -> kasmId;
      case "kasm_user" -> "person " + number;
      case "jwt_token" -> "t0ken-" + kasmId;
      case "api_port" -> "443";
      default -> "";
    };
  }

  /** Compares all that a script of it has printed; adds its nonce to those of others. */
  void verify(int number, String run, Set<String> nonces) {
    Matcher head = HEAD.matcher(run);
    Door.must(head.find(), "No whole output in " + run);
    String[] lines = head.group(1).split("\\\\n");
    Door.must(lines.length == NAMES.size(), lines.length + " lines in " + run);
    String nonce = lines[0].split(" ")[2];
    nonces.add(nonce);
    for (int at = 0; at < lines.length; at++) {
      String name = NAMES.get(at);
      String wanted = number + " " + kasmId + " " + nonce + " " + name + "=" + value(name);
      Door.must(lines[at].equals(wanted), "'" + lines[at] + "' instead of '" + wanted + "'");
    }
    Door.must(run.contains("\"exit_code\":0"), run);
  }
}
