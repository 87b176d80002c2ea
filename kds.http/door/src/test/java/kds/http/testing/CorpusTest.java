package kds.http.testing;

import java.util.stream.Stream;
import kds.api.testing.Corpus;
import kds.http.files.ConditionsFuzz;
import kds.http.files.DispositionFuzz;
import kds.http.files.MultipartFuzz;
import kds.http.files.RangesFuzz;
import kds.http.files.TusFuzz;
import kds.http.guard.ForwardedFuzz;
import kds.http.pem.PemFuzz;
import kds.http.route.PathFuzz;
import kds.http.route.QueryFuzz;
import kds.http.server.TokenInUriFuzz;
import kds.http.session.OrderFuzz;
import kds.http.token.KeyFileFuzz;
import kds.http.token.TokenFuzz;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class CorpusTest {
  @TestFactory
  Stream<DynamicTest> readsOrRefusesWhatFuzzingStartsFromAndFound() {
    return Corpus.tests(
        ConditionsFuzz.class,
        DispositionFuzz.class,
        ForwardedFuzz.class,
        KeyFileFuzz.class,
        MultipartFuzz.class,
        OrderFuzz.class,
        PathFuzz.class,
        PemFuzz.class,
        QueryFuzz.class,
        RangesFuzz.class,
        TokenFuzz.class,
        TokenInUriFuzz.class,
        TusFuzz.class);
  }
}
