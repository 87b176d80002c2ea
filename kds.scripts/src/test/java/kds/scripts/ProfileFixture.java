package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.host.StateFolder.Durability;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A user with a home, and a store that his profile is brought from and saved to. */
abstract class ProfileFixture {
  static final String NOTE = "uid-" + House.ALICE.uid();

  @TempDir Path folder;
  House house;
  OpenGate gate;
  ProfileStep step;
  House.Context session;
  Path home;
  Path store;
  Path loadFails;
  Path saveFails;

  /** As the samples do it: what is brought and what is saved replaces all that is there. */
  @BeforeEach
  void build() throws Exception {
    house = new House(folder);
    home = folder.resolve("home");
    store = folder.resolve("store");
    loadFails = folder.resolve("load-fails");
    saveFails = folder.resolve("save-fails");
    Files.writeString(home, "");
    Files.writeString(store, "old");
    house.bash(
        "builtin/load_persistent_profile.sh",
        "[ ! -e %1$s ] || { echo part > %3$s; exit 12; }; cat %2$s > %3$s"
            .formatted(loadFails, store, home));
    house.bash(
        "builtin/save_persistent_profile.sh",
        "[ ! -e %s ] && cat %s > %s".formatted(saveFails, home, store));
    gate = new OpenGate(house.scripts(), new AtomicInteger());
    step = step(UnsavedProfile.SAVE);
  }

  ProfileStep step(UnsavedProfile unsaved) {
    return new ProfileStep(gate, house.states, house.homes, unsaved);
  }

  @AfterEach
  void leave() throws Exception {
    house.close();
  }

  /** Of a new session. */
  StepResult start() throws Exception {
    session = House.context(UUID.randomUUID().toString(), "alice", List.of());
    return step.start(session);
  }

  StepResult end() throws Exception {
    return step.end(session);
  }

  void fails(boolean fails) throws Exception {
    set(saveFails, fails);
  }

  void loadFails(boolean fails) throws Exception {
    set(loadFails, fails);
  }

  private static void set(Path mark, boolean there) throws Exception {
    Files.deleteIfExists(mark);
    if (there) {
      Files.createFile(mark);
    }
  }

  void requireHome(String content) throws Exception {
    assertThat(home).as("home").hasContent(content);
  }

  void requireStore(String content) throws Exception {
    assertThat(store).as("store").hasContent(content);
  }

  /** A session in which the user did something new, whose save failed. */
  void sessionWithoutSave() throws Exception {
    assertThat(start().status()).isEqualTo(Status.DONE);
    Files.writeString(home, "new");
    fails(true);
    assertThat(end().status()).isEqualTo(Status.FAILED);
    requireStore("old");
  }

  void removeTheNote() throws Exception {
    assertThat(house.states.folder("profiles").delete(NOTE)).isTrue();
  }

  void write(String note) throws Exception {
    byte[] text = note.getBytes(StandardCharsets.US_ASCII);
    house.states.folder("profiles").write(NOTE, text, Durability.MACHINE);
  }
}
