package kds.storage.clamav;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import kds.api.security.Caller;
import kds.api.transfer.Place;
import kds.api.transfer.UploadInspector.Allow;
import kds.api.transfer.UploadInspector.Inspected;
import kds.api.transfer.UploadInspector.Refuse;
import kds.storage.clamav.ClamdPeer.Mood;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClamAvInspectorTest {
  @TempDir Path folder;
  private ClamdPeer clamd;

  @BeforeEach
  void start() throws Exception {
    clamd = new ClamdPeer(folder.resolve("ctl"));
  }

  @AfterEach
  void stop() throws Exception {
    clamd.close();
  }

  private ClamAvInspector inspector(Map<String, Object> more) {
    return new ClamAvInspector(config(more));
  }

  private ClamAvConfig config(Map<String, Object> more) {
    return (ClamAvConfig)
        Proxy.newProxyInstance(
            ClamAvConfig.class.getClassLoader(),
            new Class<?>[] {ClamAvConfig.class},
            (_, method, _) ->
                method.getName().equals("socket") && !more.containsKey("socket")
                    ? folder.resolve("ctl").toString()
                    : more.getOrDefault(method.getName(), method.getDefaultValue()));
  }

  private static Inspected upload(byte[] content) {
    return new Inspected() {
      @Override
      public Caller caller() {
        return new Caller("u", Set.of(), Set.of(), "t", "192.0.2.7", null);
      }

      @Override
      public Place place() {
        return new Place(Place.Kind.HOME, "/home/ann/Downloads", Place.Reason.HOME, "");
      }

      @Override
      public String path() {
        return "f";
      }

      @Override
      public long size() {
        return content.length;
      }

      @Override
      public String crc32c() {
        return "00000000";
      }

      @Override
      public String sha256() {
        return null;
      }

      @Override
      public int read(ByteBuffer into, long position) {
        int length = (int) Math.min(into.remaining(), content.length - position);
        into.put(content, (int) position, length);
        return length == 0 ? -1 : length;
      }
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void letsInWhatTheDaemonFindsNothingIn() throws Exception {
    byte[] large = new byte[1_000_003];
    new Random(9).nextBytes(large);
    ClamAvInspector inspector = inspector(Map.of());
    for (byte[] content : new byte[][] {large, bytes("x"), bytes("")}) {
      assertThat(inspector.inspect(upload(content))).isEqualTo(new Allow());
      assertThat(clamd.streams.getLast()).isEqualTo(content);
    }
  }

  @Test
  void refusesMalwareByItsName() throws Exception {
    byte[] content = bytes("x".repeat(500_000) + ClamdPeer.SIGNATURE);
    assertThat(inspector(Map.of()).inspect(upload(content)))
        .isEqualTo(new Refuse("It contains malware (Eicar-Test-Signature)."));
  }

  @Test
  void refusesWhatTheDaemonDoesNotTake() throws Exception {
    clamd.mood = Mood.TAKES_LITTLE;
    assertThat(inspector(Map.of()).inspect(upload(bytes("much"))))
        .isInstanceOfSatisfying(
            Refuse.class, refuse -> assertThat(refuse.reason()).contains("larger"));
  }

  @Test
  void letsInWhatIsNotToBeLookedAt() throws Exception {
    ClamAvInspector inspector = inspector(Map.of("skip_above", "10"));
    assertThat(inspector.inspect(upload(bytes(ClamdPeer.SIGNATURE)))).isEqualTo(new Allow());
    assertThat(clamd.streams).isEmpty();
    assertThat(inspector.inspect(upload(bytes("ten bytes!")))).isEqualTo(new Allow());
    assertThat(clamd.streams).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"HANGS", "HANGS_UP", "FAILS"})
  void failsWhenTheDaemonDoes(Mood mood) {
    clamd.mood = mood;
    ClamAvInspector inspector = inspector(Map.of("timeout", "300ms"));
    assertThatThrownBy(() -> inspector.inspect(upload(bytes("x")))).isInstanceOf(IOException.class);
  }

  @Test
  void failsWhenThereIsNoDaemon() throws Exception {
    clamd.close();
    assertThatThrownBy(() -> inspector(Map.of()).inspect(upload(bytes("x"))))
        .isInstanceOf(IOException.class);
  }

  @Test
  void takesAChangeUpAndKeepsWhatItHasWhenThatIsWrong() throws Exception {
    ClamAvInspector inspector = inspector(Map.of("skip_above", "1"));
    inspector.configure(config(Map.of("socket", "relative")));
    assertThat(inspector.inspect(upload(bytes(ClamdPeer.SIGNATURE)))).isEqualTo(new Allow());
    inspector.configure(config(Map.of()));
    assertThat(inspector.inspect(upload(bytes(ClamdPeer.SIGNATURE)))).isInstanceOf(Refuse.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> inspector(Map.of("socket", "relative")))
        .withMessageContaining("clamav.socket");
  }
}
