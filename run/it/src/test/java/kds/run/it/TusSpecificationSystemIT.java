package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What a server MUST, SHOULD or MAY NOT do by tus 1.0.0 (tus.io/protocols/resumable-upload), rule
 * by rule: each row names its section.
 */
class TusSpecificationSystemIT {
  private static TusWire wire;

  @BeforeAll
  static void start() throws Exception {
    wire = TusWire.start();
    wire.service.edit("debug: false", "debug: false\ntransfer: {max_upload_size: 1000}");
    awaitLimit();
  }

  @AfterAll
  static void stop() throws Exception {
    if (wire != null) {
      wire.close();
    }
  }

  private static void awaitLimit() throws Exception {
    long until = System.nanoTime() + 30_000_000_000L;
    while (describe().headers().firstValue("Tus-Max-Size").isEmpty()) {
      assertThat(System.nanoTime()).as("the limit is not heeded").isLessThan(until);
    }
  }

  private static HttpResponse<String> describe() throws Exception {
    return wire.call("OPTIONS", wire.all(), null, "Authorization", "Bearer " + wire.token());
  }

  @TestFactory
  Stream<DynamicTest> keepsTheRules() throws Exception {
    return TusRules.all()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.section() + ": " + rule.rule(), () -> rule.check(wire)));
  }

  @TestFactory
  Stream<DynamicTest> joinsOnlyCompleteParts() {
    return Stream.of(
        DynamicTest.dynamicTest(
            "Concatenation: without concatenation-unfinished a whole waits for its parts",
            () -> {
              String part = wire.create("part", 100, "Upload-Concat", "partial");
              String whole = "final;" + part;
              assertThat(wire.post(null, "Upload-Concat", whole).statusCode()).isEqualTo(400);
              assertThat(wire.patch(part, 0, TusRules.HUNDRED).statusCode()).isEqualTo(204);
              assertThat(wire.post(null, "Upload-Concat", whole).statusCode()).isEqualTo(201);
            }),
        DynamicTest.dynamicTest(
            "Concatenation: what is no part is not joined",
            () -> {
              String whole = "final;" + TusRule.At.HALF.make(wire);
              assertThat(wire.post(null, "Upload-Concat", whole).statusCode()).isEqualTo(409);
            }));
  }
}
