package kds.core.testing;

import java.util.stream.Stream;
import kds.api.testing.Corpus;
import kds.core.admin.AdminFuzz;
import kds.core.config.YamlFuzz;
import kds.core.host.RelativePathFuzz;
import kds.core.session.JournalFuzz;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class CorpusTest {
  @TestFactory
  Stream<DynamicTest> readsOrRefusesWhatFuzzingStartsFromAndFound() {
    return Corpus.tests(AdminFuzz.class, JournalFuzz.class, RelativePathFuzz.class, YamlFuzz.class);
  }
}
