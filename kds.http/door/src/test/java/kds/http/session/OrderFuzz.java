package kds.http.session;

import java.util.List;
import java.util.UUID;
import kds.api.session.SessionRequest;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import kds.http.route.Exchanges;
import kds.http.route.Refusal;
import tools.jackson.databind.json.JsonMapper;

/** The order to start or end a session is read or refused; what is read keeps to its limits. */
public final class OrderFuzz {
  private static final List<String> HEADERS = List.of("Content-Type: application/json");
  private static final JsonMapper JSON = new JsonMapper();

  private OrderFuzz() {}

  /** The input is the body. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      check(Orders.start(exchange(input)));
    } catch (Refusal e) {
      check(e);
    } catch (ClientGoneException e) {
      throw new AssertionError(e);
    }
    try {
      canonical(Orders.end(exchange(input)).kasmId());
    } catch (Refusal e) {
      check(e);
    } catch (ClientGoneException e) {
      throw new AssertionError(e);
    }
  }

  private static Exchange exchange(byte[] body) throws Refusal {
    return Exchanges.of(HEADERS, body);
  }

  private static void check(Refusal refusal) {
    if (refusal.problem().status() != 400 || refusal.getMessage().length() > 2000) {
      throw new AssertionError(refusal);
    }
  }

  private static void check(SessionRequest request) {
    canonical(request.session().kasmId());
    plain(request.session().userId());
    plain(request.session().username());
    plain(request.session().kasmUser());
    request.attributes().values().forEach(OrderFuzz::plain);
    for (List<String> mappings : List.of(request.storageMappings(), request.fileMappings())) {
      for (String mapping : mappings) {
        if (!JSON.readTree(mapping).isObject()) {
          throw new AssertionError(mapping);
        }
        if (!JSON.readTree(mapping).toString().equals(mapping)) {
          throw new AssertionError(mapping + " is read again as " + JSON.readTree(mapping));
        }
      }
    }
  }

  private static void canonical(String kasmId) {
    if (!UUID.fromString(kasmId).toString().equals(kasmId)) {
      throw new AssertionError(kasmId);
    }
  }

  private static void plain(String text) {
    if (text != null && (text.length() > 256 || text.chars().anyMatch(Character::isISOControl))) {
      throw new AssertionError(text);
    }
  }
}
