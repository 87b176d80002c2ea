package kds.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is fed at the start, when there are many bundles to read. */
class FirstLookTest {
  @TempDir Path folder;

  /** A bundle whose description takes long to read, because it has so many keys. */
  private Path longDescription() throws Exception {
    StringBuilder text =
        new StringBuilder(
            "<MetaData xmlns='http://www.osgi.org/xmlns/metatype/v1.2.0'><OCD id='many' name='many'>");
    for (int i = 0; i < 20_000; i++) {
      text.append("<AD id='key").append(i).append("' type='Integer' default='1'/>");
    }
    text.append("</OCD><Designate pid='acme.many'><Object ocdref='many'/></Designate></MetaData>");
    return Files.writeString(folder.resolve("many.xml"), text);
  }

  @Test
  void waitsUntilEveryBundleIsRead() throws Exception {
    try (Kernel kernel = Kernel.prepare(folder)) {
      String resource = "OSGI-INF/metatype/many.xml=" + longDescription();
      for (int i = 0; i < 4; i++) {
        kernel.framework.toy("acme.many" + i).header("-includeresource", resource).start();
      }
      kernel.framework.toy("acme.toy").classes(Toy.class).capability("toy").start();
      kernel.save("port: 4902\ntoy: {count: 7}\n");
      kernel.start();
      BlockingQueue<Map<String, Object>> diary = kernel.toy();
      assertThat(kernel.next(diary)).containsEntry("count", 7);
      kernel.save("toy: {count: 8}\n");
      assertThat(kernel.next(diary)).containsEntry("count", 8);
    }
  }
}
