package kds.core.session;

import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import kds.api.session.CredentialType;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;

/**
 * A service in a JVM of its own, to be killed: it starts and ends one session after the other, and
 * each step leaves a durable line before and after it has done something.
 */
final class CrashingService {
  private CrashingService() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    Rig rig = steps(new Rig(folder), folder).recover();
    for (int i = 0; i < 1_000; i++) {
      if (i == 2) {
        IO.println("ready"); // Its classes are loaded: what follows takes its usual time.
      }
      String kasmId = UUID.randomUUID().toString();
      SessionRequest request =
          Rig.request(kasmId, i % 2 == 0 ? "ann" : "bob", CredentialType.STATIC);
      rig.engine.start(request).toCompletableFuture().get(20, TimeUnit.SECONDS);
      if (i % 3 != 0) {
        rig.engine.end(kasmId, Ending.DELETE).toCompletableFuture().get(20, TimeUnit.SECONDS);
      }
    }
  }

  /** The steps of a service: built-ins, which may be repeated, and hooks, which may not. */
  static Rig steps(Rig rig, Path folder) {
    for (ToyStep step :
        java.util.List.of(
            new ToyStep("account", 100).needed(),
            new ToyStep("mount", 200).last(),
            new ToyStep("hooks", 300).once())) {
      step.onStart(
              c -> {
                leave(folder, c.request().session().kasmId() + " " + step.name() + " START");
                Thread.sleep(2);
                return StepResult.done("Done.");
              })
          .onEnd(
              c -> {
                leave(folder, c.request().session().kasmId() + " " + step.name() + " END");
                Thread.sleep(2);
                return StepResult.done("Done.");
              });
      rig.steps.put(step.name(), step);
    }
    return rig;
  }

  static void leave(Path folder, String line) throws Exception {
    try (FileChannel log =
        FileChannel.open(
            folder.resolve("acts"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      log.write(StandardCharsets.UTF_8.encode(line + "\n"));
    }
  }
}
