package kds.http.files;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import kds.api.transfer.Place;
import kds.api.transfer.Receipt;

/** How answers tell of places and receipts. */
final class Places {
  /** Response header of answers that have no room for it in the body. */
  static final String HEADER = "Kds-Place";

  private Places() {}

  static Map<String, Object> json(Place place) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", lower(place.kind()));
    json.put("folder", place.folder());
    json.put("reason", lower(place.reason()));
    json.put("explanation", place.explanation());
    return json;
  }

  static Map<String, Object> json(Receipt receipt) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("path", receipt.path());
    json.put("size", receipt.size());
    json.put("crc32c", receipt.crc32c());
    if (receipt.sha256() != null) {
      json.put("sha256", receipt.sha256());
    }
    json.put("renamed", receipt.renamed());
    json.put("replaced", receipt.replaced());
    json.put("place", json(receipt.place()));
    return json;
  }

  /** A place in one line: {@code home; reason=home}. */
  static String word(Place place) {
    return lower(place.kind()) + "; reason=" + lower(place.reason());
  }

  private static String lower(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT);
  }
}
