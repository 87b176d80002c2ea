package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A rule of the tus specification, and the request that tries it.
 *
 * @param section of the specification
 * @param rule in words
 * @param at what the request meets
 * @param headers without Tus-Resumable, which is added unless the row has one
 * @param expected headers of the answer; null for one that must not be there, {@code *} for any
 */
record TusRule(
    String section,
    String rule,
    At at,
    String method,
    String[] headers,
    byte[] body,
    int status,
    String[] expected) {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  /** What a request meets. Each row has one of its own. */
  enum At {
    /** The URL that uploads are begun at. */
    ALL {
      @Override
      String make(TusWire wire) {
        return wire.all();
      }
    },
    /** Of 200 bytes, none there. */
    FRESH {
      @Override
      String make(TusWire wire) throws Exception {
        return wire.create(fresh(), 200);
      }
    },
    /** Of 200 bytes, 100 there. */
    HALF {
      @Override
      String make(TusWire wire) throws Exception {
        String url = FRESH.make(wire);
        assertThat(wire.patch(url, 0, TusRules.HUNDRED).statusCode()).isEqualTo(204);
        return url;
      }
    },
    /** Of 100 bytes, all there. */
    DONE {
      @Override
      String make(TusWire wire) throws Exception {
        String url = wire.create(fresh(), 100);
        assertThat(wire.patch(url, 0, TusRules.HUNDRED).statusCode()).isEqualTo(204);
        return url;
      }
    },
    /** Of a size that is not told yet. */
    DEFERRED {
      @Override
      String make(TusWire wire) throws Exception {
        return wire.location(wire.post(null, "Upload-Defer-Length", "1"));
      }
    },
    /** One that was terminated. */
    ENDED {
      @Override
      String make(TusWire wire) throws Exception {
        String url = FRESH.make(wire);
        wire.call("DELETE", url, null, TusWire.V);
        return url;
      }
    },
    /** One that never was. */
    UNKNOWN {
      @Override
      String make(TusWire wire) {
        return wire.all() + "x".repeat(43);
      }
    },
    /** A complete part of 100 bytes. */
    PART {
      @Override
      String make(TusWire wire) throws Exception {
        String url = wire.create(fresh(), 100, "Upload-Concat", "partial");
        assertThat(wire.patch(url, 0, TusRules.HUNDRED).statusCode()).isEqualTo(204);
        return url;
      }
    },
    /** Two parts, joined. */
    FINAL {
      @Override
      String make(TusWire wire) throws Exception {
        String parts = PART.make(wire) + " " + PART.make(wire);
        return wire.location(wire.post(null, "Upload-Concat", "final;" + parts));
      }
    };

    abstract String make(TusWire wire) throws Exception;

    private static String fresh() {
      return "spec/" + NUMBER.incrementAndGet() + ".bin";
    }
  }

  static TusRule rule(String section, String rule, At at, String method) {
    return new TusRule(section, rule, at, method, new String[0], null, 0, new String[0]);
  }

  TusRule with(String... more) {
    return new TusRule(section, rule, at, method, more, body, status, expected);
  }

  TusRule body(byte[] content) {
    return new TusRule(section, rule, at, method, headers, content, status, expected);
  }

  TusRule gives(int code, String... more) {
    return new TusRule(section, rule, at, method, headers, body, code, more);
  }

  void check(TusWire wire) throws Exception {
    String url = at.make(wire);
    List<String> all = new ArrayList<>(List.of(headers));
    if (!all.contains("Tus-Resumable")) {
      all.addAll(List.of(TusWire.V));
    }
    if (at == At.ALL) {
      all.addAll(List.of("Authorization", "Bearer " + wire.token()));
    }
    HttpResponse<String> answer = wire.call(method, url, body, all.toArray(String[]::new));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Tus-Resumable")).contains("1.0.0");
    for (int i = 0; i < expected.length; i += 2) {
      var values = answer.headers().allValues(expected[i]);
      if (expected[i + 1] == null) {
        assertThat(values).as(expected[i]).isEmpty();
      } else {
        assertThat(values).as(expected[i]).hasSize(1);
        assertThat(expected[i + 1].equals("*") || values.contains(expected[i + 1]))
            .as("%s: %s, not %s", expected[i], values, expected[i + 1])
            .isTrue();
      }
    }
    if (status >= 400 && (at == At.HALF || at == At.FRESH)) {
      assertThat(wire.offset(url)).as("unchanged").isEqualTo(at == At.HALF ? 100 : 0);
    }
  }
}
