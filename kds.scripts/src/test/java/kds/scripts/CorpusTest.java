package kds.scripts;

import java.util.stream.Stream;
import kds.api.testing.Corpus;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class CorpusTest {
  @TestFactory
  Stream<DynamicTest> readsOrRefusesWhatFuzzingStartsFromAndFound() {
    return Corpus.tests(OutputFuzz.class, ScriptFuzz.class);
  }
}
