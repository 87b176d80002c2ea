package kds.run.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The journals that a service keeps of its sessions, and what may befall them while it is down. */
record SessionJournals(Path folder) {
  private static final JsonMapper JSON = new JsonMapper();

  Path of(String kasmId) {
    return folder.resolve(name(kasmId));
  }

  static String name(String kasmId) {
    return kasmId + ".json";
  }

  /** All of them as they are. */
  List<JsonNode> all() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .map(file -> JSON.readTree(file.toFile()))
          .toList();
    }
  }

  /** Cuts one off, or fills it with noise or with zeros. */
  void spoil(String kasmId, Random random) throws IOException {
    byte[] content = Files.readAllBytes(of(kasmId));
    byte[] garbage = new byte[content.length];
    switch (random.nextInt(3)) {
      case 0 -> garbage = Arrays.copyOf(content, random.nextInt(content.length));
      case 1 -> random.nextBytes(garbage);
      default -> {
        // Zeros, as a power cut leaves them on some file systems.
      }
    }
    Files.write(of(kasmId), garbage);
  }

  /** Whether one that could not be read is kept. */
  boolean isSetAside(String kasmId) throws IOException {
    try (Stream<Path> aside = Files.list(folder.resolve("unreadable"))) {
      return aside.anyMatch(file -> file.getFileName().toString().startsWith(name(kasmId)));
    }
  }

  /** The journal of a session in the middle of its start, which says nothing of its scripts. */
  static String withoutScripts(String journal) {
    ObjectNode record = (ObjectNode) JSON.readTree(journal);
    record.put("state", "STARTING").putNull("outcome");
    ArrayNode steps = (ArrayNode) record.get("steps");
    for (int i = steps.size() - 1; i >= 0; i--) {
      if (steps.get(i).path("name").asString("").equals("scripts")) {
        steps.remove(i);
      }
    }
    return record.toString();
  }
}
