package kds.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one-pass cipher gives and takes what the JDK's own does. */
final class OnePassGcmTest {
  private static final SecretKeySpec KEY = new SecretKeySpec(bytes(16), "AES");
  private static final byte[] AAD = bytes(5);
  private static final int OFFSET = 7;

  @BeforeEach
  void offer() {
    TlsCiphers.offer();
  }

  @AfterEach
  void withdraw() {
    TlsCiphers.withdraw();
  }

  @Test
  void isWhatIsFoundWhileItIsOffered() throws Exception {
    assertThat(Cipher.getInstance(OnePassGcm.NAME).getProvider().getName()).isEqualTo("KDS");
    TlsCiphers.withdraw();
    assertThat(Cipher.getInstance(OnePassGcm.NAME).getProvider().getName()).isEqualTo("SunJCE");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 511, 512, 513, 16_384, 16_385, 17 << 10, 100_000})
  void decryptsInPlaceWhatTheJdkEncrypted(int length) throws Exception {
    byte[] content = bytes(length);
    byte[] sealed = cipher("SunJCE", Cipher.ENCRYPT_MODE).doFinal(content);
    byte[] array = new byte[OFFSET + sealed.length + OFFSET];
    System.arraycopy(sealed, 0, array, OFFSET, sealed.length);
    ByteBuffer from = ByteBuffer.wrap(array, OFFSET, sealed.length);
    ByteBuffer to = from.duplicate();
    assertThat(cipher("KDS", Cipher.DECRYPT_MODE).doFinal(from, to)).isEqualTo(length);
    assertThat(from.hasRemaining()).isFalse();
    assertThat(to.position()).isEqualTo(OFFSET + length);
    assertThat(Arrays.copyOfRange(array, OFFSET, OFFSET + length)).isEqualTo(content);
    assertThat(Arrays.copyOf(array, OFFSET)).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 513, 16_385})
  void doesTheRestAsTheJdkDoes(int length) throws Exception {
    byte[] content = bytes(length);
    byte[] sealed = cipher("SunJCE", Cipher.ENCRYPT_MODE).doFinal(content);
    assertThat(cipher("KDS", Cipher.ENCRYPT_MODE).doFinal(content)).isEqualTo(sealed);
    assertThat(cipher("KDS", Cipher.DECRYPT_MODE).doFinal(sealed)).isEqualTo(content);
    ByteBuffer direct = ByteBuffer.allocateDirect(sealed.length).put(sealed).flip();
    ByteBuffer opened = ByteBuffer.allocate(length + 16);
    cipher("KDS", Cipher.DECRYPT_MODE).doFinal(direct, opened);
    assertThat(Arrays.copyOf(opened.array(), length)).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 513, 16_385})
  void refusesWhatWasChanged(int length) throws Exception {
    byte[] sealed = cipher("SunJCE", Cipher.ENCRYPT_MODE).doFinal(bytes(length));
    for (int at : new int[] {0, length / 2, sealed.length - 1}) {
      byte[] changed = sealed.clone();
      changed[at] ^= 1;
      Cipher cipher = cipher("KDS", Cipher.DECRYPT_MODE);
      ByteBuffer from = ByteBuffer.wrap(changed);
      assertThatThrownBy(() -> cipher.doFinal(from, ByteBuffer.wrap(changed)))
          .isInstanceOf(AEADBadTagException.class);
      assertThat(Arrays.copyOf(changed, length)).containsOnly(0);
    }
  }

  private static Cipher cipher(String provider, int mode) throws Exception {
    Cipher cipher = Cipher.getInstance(OnePassGcm.NAME, provider);
    cipher.init(mode, KEY, new GCMParameterSpec(128, new byte[12]));
    cipher.updateAAD(AAD);
    return cipher;
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
